// The pictures of docs/keys.md: drawn here, then made by the function's own operations, so that they show what it does.
import sharp from 'sharp'

import { render } from '../../src/image/render.ts'
import { readKey } from '../../src/key/read.ts'
import type { KeySettings } from '../../src/key/settings.ts'

/** Where they lie, seen from the root. */
export const PICTURES_FOLDER = 'docs/pictures'

const MARK = 'mark.png'
/** URL-safe base64 of `mark.png`. */
const MARK_NAME = Buffer.from(MARK).toString('base64url')

/** What each picture shows: its file and the key behind the original's name that makes it. */
export const SHOWN: readonly { name: string; key: string; about: { en: string; zh: string } }[] = [
  { name: 'original', key: '', about: { en: 'the original, 300 × 200', zh: '原图，300×200' } },
  { name: 'width', key: '__op__resize,w_150', about: { en: '150 px wide', zh: '宽 150 像素' } },
  {
    name: 'fill',
    key: '__op__resize,m_fill,w_120,h_120',
    about: { en: 'fills 120 × 120, the rest cut off', zh: '填满 120×120，多余部分裁掉' },
  },
  {
    name: 'pad',
    key: '__op__resize,m_pad,w_120,h_120,color_1d4e89',
    about: { en: 'whole, on a canvas of 120 × 120', zh: '完整放入 120×120 的底板' },
  },
  {
    name: 'crop',
    key: '__op__crop,w_120,h_120,g_east',
    about: { en: '120 × 120 from the right edge', zh: '从右侧裁出 120×120' },
  },
  {
    name: 'crop-then-resize',
    key: '__op__crop,w_120,h_120,g_east__op__resize,w_60',
    about: { en: 'from left to right: that, then 60 px wide', zh: '从左到右执行：先裁剪，再缩到宽 60' },
  },
  {
    name: 'circle',
    key: '__op__circle,r_90__op__format,f_webp',
    about: { en: 'a circle; transparent outside in WebP', zh: '圆形，WebP 下圆外透明' },
  },
  {
    name: 'rounded',
    key: '__op__resize,w_180__op__rounded-corners,r_24__op__format,f_webp',
    about: { en: 'rounded corners', zh: '圆角' },
  },
  { name: 'rotate', key: '__op__resize,w_150__op__rotate,20', about: { en: 'turned by 20°', zh: '顺时针旋转 20°' } },
  { name: 'blur', key: '__op__resize,w_180__op__blur,r_6,s_6', about: { en: 'blurred', zh: '模糊' } },
  { name: 'bright', key: '__op__resize,w_180__op__bright,35', about: { en: 'lighter', zh: '调亮' } },
  { name: 'contrast', key: '__op__resize,w_180__op__contrast,-50', about: { en: 'less contrast', zh: '降低对比度' } },
  {
    name: 'watermark',
    key: `__op__resize,w_240__op__watermark,image_${MARK_NAME},t_80,g_nw,x_8,y_8`,
    about: { en: 'a picture as watermark, placed by the resized size', zh: '图片水印，按缩放后的尺寸定位' },
  },
]

const SETTINGS: KeySettings = { dialects: ['suffix'], styles: {}, allow: 'open' }
const LIMITS = { maxSourcePixels: 1_000_000, maxOutputPixels: 1_000_000 }

/** All of them. @returns file name → bytes, in the order of `SHOWN`. */
export async function drawShown(): Promise<Map<string, Buffer>> {
  const source = await sharp(landscape()).jpeg({ quality: 92 }).toBuffer()
  const mark = await sharp(badge()).png().toBuffer()
  const files = new Map<string, Buffer>()
  for (const { name, key } of SHOWN) {
    const { operations } = readKey(`photo.jpg${key}`, SETTINGS)
    const made = await render(source, operations, {
      quality: 'balanced',
      limits: LIMITS,
      msLeft: 60_000,
      fetchMark: async () => mark,
    })
    files.set(`${name}.${made.format === 'jpeg' ? 'jpg' : made.format}`, made.bytes)
  }
  return files
}

/** @param folder address of the pictures from where the document lies. */
export function picturesTable(folder: string, language: 'en' | 'zh'): string {
  const rows = SHOWN.map((one) => {
    const about = one.about[language]
    return `| \`photo.jpg${one.key}\` | ![${about}](${folder}/${fileOf(one)}) | ${about} |`
  })
  const head = language === 'en' ? '| key | picture | |' : '| 键 | 效果 | |'
  return [head, '|---|---|---|', ...rows].join('\n')
}

/** A few of them in one row, for the READMEs. */
export function picturesRow(language: 'en' | 'zh'): string {
  const shown = ['original', 'fill', 'circle', 'rounded', 'watermark'].flatMap((name) =>
    SHOWN.filter((one) => one.name === name),
  )
  const pictures = shown.map((one) => `![${one.about[language]}](${PICTURES_FOLDER}/${fileOf(one)})`)
  const steps = shown.map(({ key }) => (key === '' ? 'photo.jpg' : key.split('__op__').slice(1).join(' ')))
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`
  // Names of objects in base64 are longer than the picture is wide.
  const shortened = steps.map((step) => `\`${step.replace(/image_[^,]+/, 'image_…')}\``)
  return [row(pictures), row(shown.map(() => '---')), row(shortened)].join('\n')
}

const fileOf = ({ name, key }: { name: string; key: string }) => `${name}.${key.endsWith('f_webp') ? 'webp' : 'jpg'}`

const svg = (width: number, height: number, body: string): Buffer =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`)

/** A lake at dusk: left and right differ, so that it shows what a crop keeps. */
function landscape(): Buffer {
  return svg(
    300,
    200,
    `<defs>
       <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#24467f"/><stop offset=".7" stop-color="#f2a65a"/><stop offset="1" stop-color="#ffd9a0"/></linearGradient>
       <linearGradient id="lake" x2="0" y2="1"><stop stop-color="#e9a66b"/><stop offset="1" stop-color="#1f3b63"/></linearGradient>
     </defs>
     <rect width="300" height="130" fill="url(#sky)"/><rect y="130" width="300" height="70" fill="url(#lake)"/>
     <circle cx="235" cy="92" r="22" fill="#fff3c9"/>
     <path d="M0 130 L50 62 L92 118 L126 82 L176 130 Z" fill="#33415c"/><path d="M50 62 L66 83 L54 80 L44 86 L38 78 Z" fill="#f4f1ea"/>
     <path d="M120 130 L190 104 L300 124 L300 130 Z" fill="#4a5b78"/>
     <path d="M236 150h-20l6 12h34l8-12h-22v-40l-22 36h16z" fill="#fdf6ec"/>
     <path d="M0 200 V168 Q40 150 92 176 T180 200 Z" fill="#1b2a3a"/>
     <path d="M22 172 v-44 m0 8 l-10 12 m10 -12 l10 12 m-10 0 l-13 15 m13 -15 l13 15" stroke="#1b2a3a" stroke-width="5"/>`,
  )
}

function badge(): Buffer {
  return svg(
    48,
    48,
    `<circle cx="24" cy="24" r="22" fill="#d7263d"/><path d="M14 25l7 8 14-18" fill="none" stroke="#fff" stroke-width="6"/>`,
  )
}
