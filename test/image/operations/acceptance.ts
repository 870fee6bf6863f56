import type { Wanted } from './pictures.ts'

/** Acceptance cases of the OSS grammar as data. Numbers as in the reference table; a case may have several chains. */
export interface Case {
  readonly n: number
  readonly source: Wanted
  readonly chains: readonly string[]
  /** `fault`: the chain is refused, by the grammar or by this room. */
  readonly expected: Expected
}

export type Expected =
  | 'fault'
  | {
      readonly width: number
      readonly height: number
      readonly format: string
      /** A pixel this wide is allowed on either side. */
      readonly near?: number
      readonly pages?: number
      readonly quality?: number
      readonly progressive?: boolean
      /** Pixels that have to have about this colour, RGBA. */
      readonly pixels?: readonly (readonly [x: number, y: number, colour: readonly [number, number, number, number]])[]
    }

const jpg = (width: number, height: number, more: Partial<Wanted> = {}): Wanted => ({
  format: 'jpeg',
  width,
  height,
  quality: 92,
  ...more,
})
const png = (width: number, height: number, more: Partial<Wanted> = {}): Wanted => ({
  format: 'png',
  width,
  height,
  ...more,
})
const gif3 = (width: number, height: number): Wanted => ({ format: 'gif', width, height, pages: 3 })

const wide = jpg(200, 100)
const photo = jpg(400, 300)
const odd = jpg(400, 267)
const bos = jpg(600, 400)
const turned = jpg(424, 333, { orientation: 7 })

const WHITE = [255, 255, 255, 255] as const
const RED = [255, 0, 0, 255] as const
const NOTHING = [0, 0, 0, 0] as const

type Size = [width: number, height: number]
type More = Partial<Exclude<Expected, 'fault'>>

const sized = (n: number, source: Wanted, chains: string | string[], [width, height]: Size, more: More = {}): Case => ({
  n,
  source,
  chains: [chains].flat(),
  expected: { width, height, format: source.format, ...more },
})
const refused = (n: number, source: Wanted, chains: string | string[]): Case => ({
  n,
  source,
  chains: [chains].flat(),
  expected: 'fault',
})

export const ACCEPTANCE: readonly Case[] = [
  sized(1, wide, 'resize,m_lfit,w_150,h_80', [150, 75]),
  sized(2, wide, 'resize,m_mfit,w_150,h_80', [160, 80]),
  sized(3, wide, 'resize,m_fill,w_150,h_80', [150, 80]),
  sized(4, wide, 'resize,m_pad,w_150,h_80', [150, 80], {
    pixels: [
      [75, 0, WHITE],
      [75, 79, WHITE],
    ],
  }),
  sized(5, wide, 'resize,m_fixed,w_150,h_80', [150, 80]),
  sized(6, wide, 'resize,w_150,h_80', [150, 75]),
  sized(7, photo, 'resize,m_lfit,w_300,h_100', [133, 100]),
  sized(8, photo, 'resize,m_fixed,w_100,h_100', [100, 100]),
  sized(9, photo, 'resize,m_fill,w_100,h_100', [100, 100]),
  sized(10, photo, 'resize,m_pad,w_100,h_100,color_FF0000', [100, 100], {
    pixels: [
      [50, 3, RED],
      [50, 96, RED],
    ],
  }),
  sized(11, photo, 'resize,p_50', [200, 150]),
  sized(12, bos, 'resize,m_lfit,w_500,h_300', [450, 300]),
  sized(13, bos, 'resize,m_mfit,w_500,h_300', [500, 333]),
  sized(14, bos, 'resize,m_lfit,w_900,h_800,limit_0', [900, 600]),
  sized(15, bos, 'resize,m_mfit,w_900,h_800,limit_0', [1200, 800]),
  sized(16, wide, ['resize,w_100', 'resize,h_50', 'resize,m_mfit,w_100'], [100, 50]),
  sized(17, wide, 'resize,m_fixed,h_100', [100, 100]),
  sized(18, wide, ['resize,m_fill,w_80', 'resize,m_pad,w_80'], [80, 80]),
  sized(19, jpg(3000, 2000), 'resize,w_333', [333, 222]),
  sized(20, odd, 'resize,w_150', [150, 100]),
  sized(21, png(1000, 5), 'resize,w_100', [100, 1]),
  sized(22, png(1000, 1), 'resize,w_100,h_100', [100, 1]),
  sized(23, odd, 'resize,l_100', [100, 67]),
  sized(24, odd, 'resize,s_100', [150, 100]),
  sized(25, jpg(267, 400), 'resize,l_100', [67, 100]),
  sized(26, odd, 'resize,l_100,s_100', [100, 67]),
  sized(27, odd, 'resize,m_fixed,l_100,s_100', [100, 100]),
  sized(28, odd, 'resize,w_50,l_200', [50, 33]),
  sized(29, odd, 'resize,w_100,p_50', [100, 67]),
  sized(30, wide, 'resize,w_400', [200, 100]),
  sized(31, wide, 'resize,w_400,limit_0', [400, 200]),
  sized(32, wide, 'resize,m_mfit,w_300,h_300', [200, 100]),
  sized(33, wide, 'resize,m_fixed,w_300,h_300', [200, 100]),
  sized(34, wide, 'resize,m_fill,w_300,h_300', [200, 100]),
  sized(35, wide, 'resize,m_pad,w_300,h_300', [200, 100]),
  sized(36, wide, 'resize,m_fill,w_150,h_150', [150, 100]),
  sized(37, wide, 'resize,m_fixed,w_300,h_50', [200, 50]),
  sized(38, wide, 'resize,m_fill,w_150,h_150,limit_0', [150, 150]),
  sized(39, wide, 'resize,p_200', [400, 200]),
  sized(40, wide, 'resize,p_200,limit_0', [400, 200]),
  sized(41, gif3(100, 80), 'resize,w_50', [50, 40], { pages: 3 }),
  sized(42, gif3(100, 80), 'resize,w_200,limit_0', [100, 80], { pages: 3 }),
  sized(43, gif3(100, 80), 'resize,p_50', [50, 40], { pages: 1 }),
  refused(44, wide, 'resize'),
  refused(45, wide, ['resize,w_0', 'resize,w_16385', 'resize,p_1001', 'resize,l_0']),
  refused(46, wide, 'resize,m_abc,w_100'),
  refused(47, jpg(6000, 6000), 'resize,m_fixed,w_5000,h_5000'),
  sized(48, jpg(4000, 4000), 'resize,m_fixed,w_4096,h_4096,limit_0', [4096, 4096]),
  refused(49, wide, ['resize,w_1e2', 'resize,w_0100', 'resize,w_100.5', 'resize,w_-5', 'resize,w_']),
  refused(50, wide, ['resize,m_pad,w_9,h_9,color_GG0000', 'resize,m_pad,w_9,h_9,color_F00']),
  refused(51, wide, ['resize,w_100,zz_1', 'nosuch,1']),
  sized(52, photo, 'crop,x_100,y_50', [300, 250]),
  sized(53, photo, 'crop,x_100,y_50,w_100,h_100', [100, 100], { pixels: [[0, 0, at(photo, 100, 50)]] }),
  sized(54, photo, 'crop,w_200,h_200,g_se', [200, 200], { pixels: [[0, 0, at(photo, 200, 100)]] }),
  sized(55, photo, 'crop,x_10,y_10,w_200,h_200,g_se', [190, 190], { pixels: [[0, 0, at(photo, 210, 110)]] }),
  sized(56, photo, 'crop,w_100,h_100,g_center', [100, 100], { pixels: [[0, 0, at(photo, 150, 100)]] }),
  sized(57, photo, 'crop,w_101,h_51,g_center', [101, 51], { pixels: [[0, 0, at(photo, 149, 124)]] }),
  sized(58, photo, 'crop,w_900,h_900', [400, 300]),
  sized(59, photo, 'crop,g_se', [400, 300]),
  sized(60, photo, 'crop,w_0,h_100', [400, 100]),
  refused(61, photo, 'crop,x_401,w_10,h_10'),
  refused(62, photo, 'crop,x_400,w_10,h_10'),
  refused(63, photo, 'crop,g_middle'),
  sized(64, odd, 'circle,r_100', [201, 201], {
    pixels: [
      [0, 0, WHITE],
      [200, 200, WHITE],
      [100, 100, at(odd, 199, 133)],
    ],
  }),
  sized(65, odd, 'circle,r_100/format,png', [201, 201], {
    format: 'png',
    pixels: [
      [0, 0, NOTHING],
      [200, 0, NOTHING],
      [100, 100, at(odd, 199, 133)],
    ],
  }),
  sized(66, odd, 'circle,r_500', [267, 267]),
  sized(67, photo, 'circle,r_500', [299, 299]),
  refused(68, photo, ['circle,r_0', 'circle,r_4097', 'circle']),
  sized(69, photo, 'rounded-corners,r_30', [400, 300], {
    pixels: [
      [0, 0, WHITE],
      [399, 299, WHITE],
      [200, 0, at(photo, 200, 0)],
    ],
  }),
  sized(70, photo, 'rounded-corners,r_1000/format,png', [400, 300], {
    format: 'png',
    pixels: [
      [0, 0, NOTHING],
      [399, 0, NOTHING],
      [200, 150, at(photo, 200, 150)],
    ],
  }),
  sized(71, photo, 'crop,w_100,h_100/rounded-corners,r_10/format,png', [100, 100], { format: 'png' }),
  refused(72, { format: 'gif', width: 100, height: 80 }, 'rounded-corners,r_10'),
  sized(73, odd, ['indexcrop,x_100,i_0', 'indexcrop,x_100,i_3'], [100, 267]),
  sized(74, odd, 'indexcrop,y_100,i_2', [400, 67]),
  sized(75, odd, 'indexcrop,y_100,i_10', [400, 267]),
  sized(76, odd, 'indexcrop,x_100,y_100', [400, 100]),
  sized(77, photo, ['rotate,90', 'rotate,270'], [300, 400]),
  sized(78, photo, ['rotate,0', 'rotate,180', 'rotate,360'], [400, 300]),
  sized(79, photo, 'rotate,45', [495, 495], {
    near: 1,
    pixels: [
      [2, 2, WHITE],
      [492, 2, WHITE],
    ],
  }),
  sized(80, photo, 'rotate,70', [419, 478], { near: 1 }),
  refused(81, photo, ['rotate,361', 'rotate,90,90', 'rotate,-1']),
  refused(82, jpg(5000, 3000), 'rotate,90'),
  sized(83, jpg(5000, 3000), 'resize,w_2000,h_2000/rotate,90', [1200, 2000]),
  sized(84, jpg(400, 300, { quality: 80 }), 'quality,q_90', [400, 300], { quality: 72 }),
  sized(85, jpg(400, 300, { quality: 80 }), 'quality,Q_90', [400, 300], { quality: 80 }),
  sized(86, jpg(400, 300, { quality: 95 }), 'quality,Q_90', [400, 300], { quality: 90 }),
  sized(87, jpg(400, 300, { quality: 95 }), 'quality,q_50,Q_80', [400, 300], { quality: 80 }),
  sized(88, { format: 'webp', width: 400, height: 300, quality: 95 }, 'quality,q_80', [400, 300]),
  sized(89, png(100, 100), 'quality,q_50', [100, 100], {
    pixels: [[30, 70, at(png(100, 100), 30, 70)]],
  }),
  refused(90, photo, ['quality,q_0', 'quality,q_101', 'quality']),
  sized(91, png(100, 100, { alpha: true }), 'format,jpg', [100, 100], {
    format: 'jpeg',
    pixels: [
      [80, 50, WHITE],
      [10, 50, at(png(100, 100), 10, 50)],
    ],
  }),
  sized(92, photo, 'format,gif', [400, 300]),
  sized(93, gif3(100, 80), 'format,png', [100, 80], { format: 'png', pages: 1 }),
  sized(93, gif3(100, 80), 'format,gif', [100, 80], { pages: 3 }),
  refused(94, jpg(16_400, 10), 'format,webp'),
  refused(95, photo, ['format,xyz', 'format,jpg,png']),
  sized(96, turned, 'resize,w_100/auto-orient,1', [100, 127]),
  sized(97, turned, 'resize,w_100/auto-orient,0', [100, 79]),
  sized(98, turned, 'resize,w_100', [100, 127]),
  sized(99, jpg(200, 100, { orientation: 6 }), 'resize,m_fill,w_50,h_100', [50, 100]),
  sized(100, photo, 'interlace,1', [400, 300], { progressive: true }),
  sized(100, photo, 'resize,w_200/interlace,1', [200, 150], { progressive: true }),
  sized(101, png(400, 300), ['format,jpg/interlace,1', 'interlace,1/format,jpg'], [400, 300], {
    format: 'jpeg',
    progressive: true,
  }),
  sized(102, png(400, 300), 'interlace,1', [400, 300]),
  sized(103, photo, ['blur,r_3,s_2', 'bright,50', 'contrast,-50', 'sharpen,100'], [400, 300]),
  sized(104, photo, ['bright,0', 'contrast,0'], [400, 300], { pixels: [[100, 100, at(photo, 100, 100)]] }),
  refused(105, photo, ['blur,r_3', 'blur,r_51,s_2', 'bright,101', 'contrast,-101', 'sharpen,49', 'sharpen,400']),
  refused(107, photo, 'info/resize,w_10'),
  refused(113, photo, [
    `watermark,text_${Buffer.from('x'.repeat(65)).toString('base64url')}`,
    'watermark,text_QQ,size_0',
    'watermark,text_QQ,size_1001',
    'watermark,text_QQ,t_101',
    'watermark,size_40',
  ]),
  sized(114, photo, 'resize,w_200/rotate,90', [150, 200]),
  sized(114, photo, 'rotate,90/resize,w_200', [200, 267]),
  sized(115, photo, 'resize,m_fixed,w_200,h_100/resize,m_lfit,w_150,h_100', [150, 75]),
  sized(116, photo, 'crop,w_200,h_200/resize,w_100', [100, 100]),
  sized(116, photo, 'resize,w_100/crop,w_200,h_200', [100, 75]),
  sized(117, photo, 'resize,w_100/format,webp/quality,Q_80', [100, 75], { format: 'webp' }),
]

/** The colour that a drawn picture has at a point. */
function at({ width, height }: Wanted, x: number, y: number): readonly [number, number, number, number] {
  const blue = (x >> 4) % 2 === (y >> 4) % 2 ? 200 : 40
  return [Math.round((x * 255) / (width - 1)), Math.round((y * 255) / (height - 1)), blue, 255]
}
