/** What each parameter of each action means, in Chinese; src/key/actions has the English. */
export const PARAMETERS_ZH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  resize: {
    m: '方式：lfit 缩到框内，mfit 盖住框，fill 盖住后裁到框，pad 放进框并补底色，fixed 拉伸到框',
    w: '框的宽度（像素）；单独使用时，lfit 和 mfit 的高度自由，其他方式宽高都用它',
    h: '框的高度（像素）',
    l: '长边（像素）；有 w 或 h 时忽略',
    s: '短边（像素）；有 w 或 h 时忽略',
    limit: '1 不放大，0 允许放大',
    color: 'pad 的底色，RRGGBB；其他方式忽略',
    p: '两边的百分比，可以放大；有 w、h、l 或 s 时忽略',
    g: 'fill 保留哪里：中央，或引人注目之处（OSS 没有）',
  },
  crop: {
    w: '宽度（像素）；0 或省略时直到边缘',
    h: '高度（像素）；0 或省略时直到边缘',
    x: '向右偏移（像素）',
    y: '向下偏移（像素）',
    g: '偏移之前矩形所在的位置；auto：引人注目之处（OSS 没有，忽略 x 和 y）',
  },
  circle: { r: '半径（像素），最大为图片所能容纳' },
  'rounded-corners': { r: '半径（像素），最大为短边的一半' },
  indexcrop: {
    x: '每条的宽度（像素）；有 y 时忽略',
    y: '每条的高度（像素）',
    i: '取第几条，从 0 起；超出最后一条则图片不变',
  },
  rotate: { value: '顺时针角度' },
  'auto-orient': { value: '1 先把图片转正，0 按存储的像素处理' },
  blur: { r: '半径（像素）', s: '标准差（像素）' },
  bright: { value: '-100 最暗，0 不变，100 最亮' },
  contrast: { value: '-100 最低，0 不变，100 最高' },
  sharpen: { value: '强度；可从 100 开始尝试' },
  quality: {
    q: '相对质量：JPEG 原图自身质量的百分比（WebP 则为绝对值）；lossless 仅限 WebP',
    Q: '绝对质量，不会高于原图自身的质量；优先于 q；lossless 仅限 WebP',
  },
  format: { value: 'jpg、png、webp、avif、gif（仅由 GIF 转换）、tiff、bmp 或 auto' },
  interlace: { value: '1 渐进显示，0 自上而下' },
  watermark: {
    t: '不透明度（百分比）',
    g: '位置',
    x: '距左或右边缘（像素）；位于中间一列时忽略',
    y: '距上或下边缘（像素）；位于中间一行时忽略',
    voffset: '向下偏移（像素）；仅在中间一行有效',
    fill: '1 铺满整张图片',
    padx: '重复水印的水平间距（像素）；仅与 fill_1 一起',
    pady: '重复水印的垂直间距（像素）；仅与 fill_1 一起',
    image: '水印图片的对象名，其后可接 ?x-oss-process=image/…，URL 安全的 base64',
    text: '文字，最多 64 字节 UTF-8，URL 安全的 base64',
    type: '文字的字体，URL 安全的 base64',
    color: '文字的颜色，RRGGBB',
    size: '文字的大小（像素）',
    shadow: '文字阴影的不透明度（百分比）',
    rotate: '文字顺时针旋转的角度',
    order: '图文并用时：0 图片在前，1 文字在前',
    align: '图文并用时：0 上对齐，1 居中，2 下对齐',
    interval: '图文并用时的间距（像素）',
  },
}

const EXPECTED: readonly (readonly [RegExp, string])[] = [
  [/^an integer from (-?\d+) to (-?\d+)/, '$1 到 $2 的整数'],
  [/^a colour of six hexadecimal digits such as (\w+)/, '六位十六进制颜色，如 $1'],
  [/^URL-safe base64 of an object name/, '对象名的 URL 安全 base64'],
  [
    /^URL-safe base64 of 1 to 64 bytes of UTF-8 text without line breaks/,
    '1 到 64 字节、不含换行的 UTF-8 文字的 URL 安全 base64',
  ],
  [/^URL-safe base64 of one of (.+)/, '以下之一的 URL 安全 base64：$1'],
  [/^one of (.+)/, '$1 之一'],
  [/^0 or 1$/, '0 或 1'],
]

/** What a value may be, as src/key/grammar/kinds.ts says it in English. @throws Error for words that nobody has put into Chinese. */
export function expectedZh(expected: string): string {
  const found = EXPECTED.find(([pattern]) => pattern.test(expected))
  if (found === undefined) throw new Error(`Expected «${expected}» in scripts/docs/operations-zh.ts, found nothing.`)
  return expected.replace(...found).replace(/ or lossless$/, '，或 lossless')
}
