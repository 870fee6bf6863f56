import { ACTIONS, type Operation } from '../../src/key/actions/list.ts'
import { ACTION_DOCS } from '../../src/key/actions/docs.ts'
import { toBase64url } from '../../src/key/base64url.ts'
import { readKey } from '../../src/key/read.ts'
import { faultOf, OPEN } from './settings.ts'

/** The operations of a chain as the acceptance table writes it, with `/` between the steps. */
function operations(chain: string): readonly Operation[] {
  return readKey(keyOf(chain), OPEN).operations
}

function canonical(chain: string): string {
  return readKey(keyOf(chain), OPEN).steps.join('/')
}

function keyOf(chain: string): string {
  return chain.split('/').reduce((key, step) => `${key}__op__${step}`, 'a.jpg')
}

const RESIZE = { action: 'resize', m: 'lfit', limit: 1, color: 'ffffff', g: 'center' }
const CROP = { action: 'crop', w: 0, h: 0, x: 0, y: 0, g: 'nw' }
const MARK = {
  action: 'watermark',
  t: 100,
  g: 'se',
  x: 10,
  y: 10,
  voffset: 0,
  fill: 0,
  padx: 0,
  pady: 0,
  type: 'wqy-zenhei',
  color: '000000',
  size: 40,
  shadow: 0,
  rotate: 0,
  order: 0,
  align: 2,
  interval: 0,
}
const HELLO = toBase64url('Hello World')
const PANDA = toBase64url('panda.png')

describe('what a chain means, with its defaults, and how it is spelled canonically', () => {
  // The numbers are the rows of the acceptance table in the reference of image operations.
  it.each([
    [1, 'resize,m_lfit,w_150,h_80', [{ ...RESIZE, w: 150, h: 80 }], 'resize,h_80,w_150'],
    [2, 'resize,m_mfit,w_150,h_80', [{ ...RESIZE, m: 'mfit', w: 150, h: 80 }], 'resize,h_80,m_mfit,w_150'],
    [3, 'resize,m_fill,w_150,h_80', [{ ...RESIZE, m: 'fill', w: 150, h: 80 }], 'resize,h_80,m_fill,w_150'],
    [4, 'resize,m_pad,w_150,h_80', [{ ...RESIZE, m: 'pad', w: 150, h: 80 }], 'resize,h_80,m_pad,w_150'],
    [5, 'resize,m_fixed,w_150,h_80', [{ ...RESIZE, m: 'fixed', w: 150, h: 80 }], 'resize,h_80,m_fixed,w_150'],
    [6, 'resize,w_150,h_80', [{ ...RESIZE, w: 150, h: 80 }], 'resize,h_80,w_150'],
    [
      10,
      'resize,m_pad,w_100,h_100,color_FF0000',
      [{ ...RESIZE, m: 'pad', w: 100, h: 100, color: 'ff0000' }],
      'resize,color_ff0000,h_100,m_pad,w_100',
    ],
    [11, 'resize,p_50', [{ ...RESIZE, p: 50 }], 'resize,p_50'],
    [14, 'resize,m_lfit,w_900,h_800,limit_0', [{ ...RESIZE, limit: 0, w: 900, h: 800 }], 'resize,h_800,limit_0,w_900'],
    [16, 'resize,w_100', [{ ...RESIZE, w: 100 }], 'resize,w_100'],
    [16, 'resize,h_50', [{ ...RESIZE, h: 50 }], 'resize,h_50'],
    [16, 'resize,m_mfit,w_100', [{ ...RESIZE, w: 100 }], 'resize,w_100'],
    [17, 'resize,m_fixed,h_100', [{ ...RESIZE, m: 'fixed', h: 100 }], 'resize,h_100,m_fixed'],
    [23, 'resize,l_100', [{ ...RESIZE, l: 100 }], 'resize,l_100'],
    [24, 'resize,s_100', [{ ...RESIZE, s: 100 }], 'resize,s_100'],
    [26, 'resize,l_100,s_100', [{ ...RESIZE, l: 100, s: 100 }], 'resize,l_100,s_100'],
    [27, 'resize,m_fixed,l_100,s_100', [{ ...RESIZE, m: 'fixed', l: 100, s: 100 }], 'resize,l_100,m_fixed,s_100'],
    [28, 'resize,w_50,l_200', [{ ...RESIZE, w: 50 }], 'resize,w_50'],
    [29, 'resize,w_100,p_50', [{ ...RESIZE, w: 100 }], 'resize,w_100'],
    [30, 'resize,w_400,limit_1', [{ ...RESIZE, w: 400 }], 'resize,w_400'],
    [31, 'resize,w_400,limit_0', [{ ...RESIZE, w: 400, limit: 0 }], 'resize,limit_0,w_400'],
    [40, 'resize,p_200,limit_0', [{ ...RESIZE, p: 200 }], 'resize,p_200'],
    [45, 'resize,w_16384', [{ ...RESIZE, w: 16384 }], 'resize,w_16384'],
    [
      0,
      'resize,m_fill,w_9,h_9,g_auto',
      [{ ...RESIZE, m: 'fill', w: 9, h: 9, g: 'auto' }],
      'resize,g_auto,h_9,m_fill,w_9',
    ],
    [52, 'crop,x_100,y_50', [{ ...CROP, x: 100, y: 50 }], 'crop,x_100,y_50'],
    [54, 'crop,w_200,h_200,g_se', [{ ...CROP, w: 200, h: 200, g: 'se' }], 'crop,g_se,h_200,w_200'],
    [59, 'crop,g_se', [CROP], 'crop'],
    [60, 'crop,w_0,h_100', [{ ...CROP, h: 100 }], 'crop,h_100'],
    [0, 'crop,w_9,h_9,g_auto,x_5', [{ ...CROP, w: 9, h: 9, g: 'auto' }], 'crop,g_auto,h_9,w_9'],
    [64, 'circle,r_100', [{ action: 'circle', r: 100 }], 'circle,r_100'],
    [
      70,
      'rounded-corners,r_1000/format,png',
      [
        { action: 'rounded-corners', r: 1000 },
        { action: 'format', value: 'png' },
      ],
      'rounded-corners,r_1000/format,f_png',
    ],
    [73, 'indexcrop,x_100,i_0', [{ action: 'indexcrop', x: 100, i: 0 }], 'indexcrop,x_100'],
    [74, 'indexcrop,y_100,i_2', [{ action: 'indexcrop', y: 100, i: 2 }], 'indexcrop,i_2,y_100'],
    [76, 'indexcrop,x_100,y_100', [{ action: 'indexcrop', y: 100, i: 0 }], 'indexcrop,y_100'],
    [77, 'rotate,90', [{ action: 'rotate', value: 90 }], 'rotate,90'],
    [77, 'rotate,a_90', [{ action: 'rotate', value: 90 }], 'rotate,90'],
    [78, 'rotate,360', [{ action: 'rotate', value: 0 }], 'rotate,0'],
    [78, 'rotate', [{ action: 'rotate', value: 0 }], 'rotate,0'],
    [84, 'quality,q_90', [{ action: 'quality', q: 90 }], 'quality,q_90'],
    [85, 'quality,Q_90', [{ action: 'quality', Q: 90 }], 'quality,Q_90'],
    [87, 'quality,q_50,Q_80', [{ action: 'quality', Q: 80 }], 'quality,Q_80'],
    [0, 'quality,q_lossless', [{ action: 'quality', q: 'lossless' }], 'quality,q_lossless'],
    [91, 'format,jpg', [{ action: 'format', value: 'jpg' }], 'format,f_jpg'],
    [91, 'format,f_jpeg', [{ action: 'format', value: 'jpg' }], 'format,f_jpg'],
    [93, 'format,gif', [{ action: 'format', value: 'gif' }], 'format,f_gif'],
    [96, 'resize,w_100/auto-orient,1', [{ ...RESIZE, w: 100 }], 'resize,w_100'],
    [96, 'auto-orient,1', [{ action: 'auto-orient', value: 1 }], 'auto-orient,1'],
    [97, 'auto-orient,o_0', [{ action: 'auto-orient', value: 0 }], 'auto-orient,0'],
    [100, 'interlace,1', [{ action: 'interlace', value: 1 }], 'interlace,1'],
    [103, 'blur,r_3,s_2', [{ action: 'blur', r: 3, s: 2 }], 'blur,r_3,s_2'],
    [103, 'bright,50', [{ action: 'bright', value: 50 }], 'bright,50'],
    [103, 'bright,b_50', [{ action: 'bright', value: 50 }], 'bright,50'],
    [103, 'contrast,-50', [{ action: 'contrast', value: -50 }], 'contrast,-50'],
    [103, 'contrast,c_-50', [{ action: 'contrast', value: -50 }], 'contrast,-50'],
    [103, 'sharpen,100', [{ action: 'sharpen', value: 100 }], 'sharpen,100'],
    [104, 'bright,0', [{ action: 'bright', value: 0 }], 'bright,0'],
    [106, 'info', [{ action: 'info' }], 'info'],
    [108, 'average-hue', [{ action: 'average-hue' }], 'average-hue'],
    [109, `watermark,text_${HELLO}`, [{ ...MARK, text: 'Hello World' }], `watermark,text_${HELLO}`],
    [
      110,
      `watermark,image_${PANDA},g_se,x_10,y_10`,
      [{ ...MARK, image: { key: 'panda.png', operations: [] } }],
      `watermark,image_${PANDA}`,
    ],
    [
      112,
      `watermark,image_${toBase64url('logo.png?x-oss-process=image/resize,P_10')}`,
      [{ ...MARK, image: { key: 'logo.png', operations: [{ ...RESIZE, P: 10 }] } }],
      `watermark,image_${toBase64url('logo.png?x-oss-process=image/resize,P_10')}`,
    ],
    [
      114,
      'resize,w_200/rotate,90',
      [
        { ...RESIZE, w: 200 },
        { action: 'rotate', value: 90 },
      ],
      'resize,w_200/rotate,90',
    ],
    [
      114,
      'rotate,90/resize,w_200',
      [
        { action: 'rotate', value: 90 },
        { ...RESIZE, w: 200 },
      ],
      'rotate,90/resize,w_200',
    ],
  ])('row %i: %s', (_row, chain, expected, spelled) => {
    expect(operations(chain)).toEqual(expected)
    expect(canonical(chain)).toBe(spelled)
  })
})

describe('what is refused', () => {
  it.each([
    [44, 'resize', 'Expected resize to have w, h, l, s or p, got no size'],
    [44, 'resize,m_lfit', 'Expected resize to have w, h, l, s or p, got no size'],
    [45, 'resize,w_0', 'Expected resize w to be an integer from 1 to 16384, got "0"'],
    [45, 'resize,w_16385', 'Expected resize w to be an integer from 1 to 16384, got "16385"'],
    [45, 'resize,p_1001', 'Expected resize p to be an integer from 1 to 1000, got "1001"'],
    [45, 'resize,l_0', 'Expected resize l to be an integer from 1 to 16384, got "0"'],
    [46, 'resize,m_abc,w_100', 'Expected resize m to be one of lfit, mfit, fill, pad, fixed, got "abc"'],
    [46, 'resize,m_Fit,w_100', 'got "Fit" (did you mean "lfit"?)'],
    [49, 'resize,w_1e2', 'got "1e2"'],
    [49, 'resize,w_0100', 'got "0100"'],
    [49, 'resize,w_0x64', 'got "0x64"'],
    [49, 'resize,w_100.5', 'got "100.5"'],
    [49, 'resize,w_-5', 'got "-5"'],
    [49, 'resize,w_+5', 'got "+5"'],
    [49, 'resize,w_ 5', 'got " 5"'],
    [49, 'resize,w_１００', 'got "１００"'],
    [49, 'resize,w_', 'got ""'],
    [49, 'resize,w_99999999999999999999', 'got "99999999999999999999"'],
    [50, 'resize,m_pad,w_9,h_9,color_GG0000', 'Expected resize color to be a colour of six hexadecimal digits'],
    [50, 'resize,m_pad,w_9,h_9,color_F00', 'got "F00"'],
    [51, 'resize,w_100,zz_1', 'Expected a parameter of resize (m, w, h, l, s, limit, color, p, g), got "zz"'],
    [51, 'resize,w_100,limt_0', 'got "limt" (did you mean "limit"?)'],
    [51, 'resize,w_100,constructor_1', 'got "constructor"'],
    [51, 'resize,w_100,__proto___1', 'Expected the parameters of resize as name_value, got "__proto___1"'],
    [51, 'nosuch,1', 'Expected an action (resize, crop,'],
    [51, 'resise,w_1', 'got "resise" (did you mean "resize"?)'],
    [51, 'Resize,w_1', '(did you mean "resize"?)'],
    [51, 'toString', 'got "toString"'],
    [0, 'resize,w_1,w_1', 'Expected resize w once, got it twice'],
    [0, 'resize,w_1,', 'Expected the parameters of resize as name_value, got ""'],
    [0, 'resize,w', 'Expected the parameters of resize as name_value, got "w"'],
    [0, 'resize,P_10', 'got "P"'],
    [0, 'resize,limit_2,w_1', 'Expected resize limit to be 0 or 1, got "2"'],
    [63, 'crop,g_middle', 'Expected crop g to be one of nw, north'],
    [0, 'crop,w_30001', 'Expected crop w to be an integer from 0 to 30000'],
    [0, 'crop,x_-1', 'got "-1"'],
    [68, 'circle,r_0', 'Expected circle r to be an integer from 1 to 4096, got "0"'],
    [68, 'circle,r_4097', 'got "4097"'],
    [68, 'circle', 'Expected circle r to be an integer from 1 to 4096, got nothing'],
    [0, 'rounded-corners', 'Expected rounded-corners r'],
    [0, 'rounded-corners,r_0', 'Expected rounded-corners r'],
    [0, 'indexcrop,i_1', 'Expected indexcrop to have x or y, got neither'],
    [0, 'indexcrop,x_0', 'Expected indexcrop x to be an integer from 1 to 30000'],
    [81, 'rotate,361', 'Expected rotate to be an integer from 0 to 360, got "361"'],
    [81, 'rotate,90,90', 'Expected one value for rotate, got "90,90"'],
    [81, 'rotate,-1', 'got "-1"'],
    [0, 'rotate,b_90', 'got "b_90"'],
    [0, 'auto-orient,2', 'Expected auto-orient to be 0 or 1, got "2"'],
    [90, 'quality,q_0', 'Expected quality q to be an integer from 1 to 100 or lossless, got "0"'],
    [90, 'quality,q_101', 'got "101"'],
    [90, 'quality', 'Expected quality to have q or Q, got neither'],
    [0, 'quality,80', 'Expected the parameters of quality as name_value, got "80"'],
    [95, 'format,xyz', 'Expected format to be one of jpg, png, webp, avif, gif, tiff, bmp, auto, got "xyz"'],
    [95, 'format,jpg,png', 'Expected one value for format, got "jpg,png"'],
    [95, 'format', 'Expected format to be one of'],
    [0, 'format,heic', 'got "heic"; nearest is avif'],
    [0, 'format,f_heif', 'got "heif"; nearest is avif'],
    [0, 'format,JPG', 'got "JPG" (did you mean "jpg"?)'],
    [0, 'interlace', 'Expected interlace to be 0 or 1, got nothing'],
    [105, 'blur,r_3', 'Expected blur s to be an integer from 1 to 50, got nothing'],
    [105, 'blur,r_51,s_2', 'Expected blur r to be an integer from 1 to 50, got "51"'],
    [105, 'bright,101', 'Expected bright to be an integer from -100 to 100, got "101"'],
    [105, 'bright,-0', 'got "-0"'],
    [105, 'contrast,-101', 'got "-101"'],
    [105, 'sharpen,49', 'Expected sharpen to be an integer from 50 to 399, got "49"'],
    [105, 'sharpen,400', 'got "400"'],
    [107, 'info/resize,w_10', 'Expected info alone, got it among 2 steps'],
    [107, 'resize,w_10/info', 'Expected info alone'],
    [0, 'info,x_1', 'Expected no parameters for info, got "x"'],
    [0, 'average-hue/rotate,90', 'Expected average-hue alone'],
    [
      113,
      `watermark,text_${toBase64url('a'.repeat(65))}`,
      'Expected watermark text to be URL-safe base64 of 1 to 64 bytes',
    ],
    [113, `watermark,text_${HELLO},size_0`, 'Expected watermark size to be an integer from 1 to 1000, got "0"'],
    [113, `watermark,text_${HELLO},size_1001`, 'got "1001"'],
    [113, `watermark,text_${HELLO},t_101`, 'Expected watermark t to be an integer from 0 to 100'],
    [113, 'watermark', 'Expected watermark to have text or image, got neither'],
    [113, 'watermark,g_se', 'Expected watermark to have text or image, got neither'],
    [113, Array(4).fill(`watermark,image_${PANDA}`).join('/'), 'Expected at most 3 picture marks, got 4'],
    [0, 'watermark,text_', 'Expected watermark text'],
    [0, 'watermark,text_a', 'Expected watermark text'],
    [0, 'watermark,text_SGVsbG9', 'Expected watermark text'],
    [0, 'watermark,text_SGVs+G8', 'Expected watermark text'],
    [0, 'watermark,text__w', 'Expected watermark text'],
    [0, `watermark,text_${toBase64url('a\nb')}`, 'without line breaks'],
    [
      0,
      `watermark,text_${HELLO},type_${toBase64url('comic-sans')}`,
      'Expected watermark type to be URL-safe base64 of one of',
    ],
    [0, `watermark,image_${toBase64url('../secret.png')}`, 'Expected a key without "." and ".." segments'],
    [0, `watermark,image_${toBase64url('/a.png')}`, 'does not begin with a slash'],
    [0, `watermark,image_${toBase64url('a\0b')}`, 'without control characters'],
    [
      0,
      `watermark,image_${toBase64url('a.png?x-oss-process=image/blur,r_1,s_1')}`,
      'Expected an action (resize, crop, indexcrop',
    ],
    [
      0,
      `watermark,image_${toBase64url(`a.png?x-oss-process=image/watermark,text_${HELLO}`)}`,
      'Expected an action (resize,',
    ],
    [
      0,
      `watermark,image_${toBase64url('a.png?x-oss-process=image/resize,P_101')}`,
      'Expected resize P to be an integer from 1 to 100',
    ],
    [0, Array(17).fill('rotate,90').join('/'), 'Expected at most 16 steps, got 17'],
  ])('row %i: %s', (_row, chain, message) => {
    const fault = faultOf(() => operations(chain))
    expect(fault.code).toBe('bad_operation')
    expect(fault.message).toContain(message)
    expect(fault.message).toMatch(/^Expected .+, got /s)
  })

  it('suggests nothing where nothing is near', () => {
    expect(faultOf(() => operations('format,xyz')).message).toBe(
      'Expected format to be one of jpg, png, webp, avif, gif, tiff, bmp, auto, got "xyz"',
    )
  })

  it('takes 16 steps, and 64 bytes of text in any script', () => {
    expect(operations(Array(16).fill('rotate,90').join('/'))).toHaveLength(16)
    const chinese = '水'.repeat(21)
    expect(operations(`watermark,text_${toBase64url(chinese)}`)).toEqual([{ ...MARK, text: chinese }])
    expect(operations(`watermark,text_${toBase64url('a'.repeat(64))}`)).toHaveLength(1)
    faultOf(() => operations(`watermark,text_${toBase64url('水'.repeat(22))}`))
  })

  it('takes padded base64 from other image services and prints it without', () => {
    expect(canonical('watermark,text_SGVsbG8=')).toBe('watermark,text_SGVsbG8')
    faultOf(() => operations('watermark,text_SGVsbG8=='))
    faultOf(() => operations('watermark,text_SGVsbG8===='))
  })

  it('takes every text as a mark key that is a possible object name', () => {
    const key = '图 a?b!c/__op__info.png'
    expect(operations(`watermark,image_${toBase64url(key)}`)).toEqual([{ ...MARK, image: { key, operations: [] } }])
  })
})

it('a mark key may look like a chain itself; only the last one is one', () => {
  const name = 'a?x-oss-process=image/b.png'
  const [mark] = operations(`watermark,image_${toBase64url(`${name}?x-oss-process=image/rotate,90`)}`)
  expect(mark).toMatchObject({ image: { key: name, operations: [{ action: 'rotate', value: 90 }] } })
})

describe('parameters without effect', () => {
  it.each([
    ['resize,w_100,l_5,s_6,p_7,color_ff0000', ['resize l', 'resize s', 'resize p', 'resize color']],
    ['resize,w_100,limit_1,m_lfit,color_FFFFFF', []],
    ['quality,q_1,Q_2', ['quality q']],
    ['indexcrop,x_1,y_2', ['indexcrop x']],
    [`watermark,text_${HELLO},g_center,x_5,y_6,voffset_7`, ['watermark x', 'watermark y']],
    [`watermark,text_${HELLO},voffset_7,padx_3,align_1`, ['watermark voffset', 'watermark padx', 'watermark align']],
    [`watermark,image_${PANDA},size_20`, ['watermark size']],
  ])('%s reports %j', (chain, ignored) => {
    const key = readKey(keyOf(chain), OPEN)
    expect(key.ignored).toEqual(ignored)
    expect(readKey(key.canonicalKey, OPEN).ignored).toEqual([])
  })
})

it('every action has words in both languages, and every parameter its line', () => {
  for (const action of ACTIONS) {
    const docs = ACTION_DOCS[action.name]
    expect(Object.keys(docs?.parameters ?? {}).sort()).toEqual(Object.keys(action.parameters).sort())
    expect(docs?.about.en).toMatch(/^[ -~]+$/)
    expect(docs?.about.zh).toMatch(/\p{Script=Han}/u)
  }
})
