import type { Report } from './report.ts'

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

type Labels = Record<
  | 'asked'
  | 'key'
  | 'signed'
  | 'original'
  | 'dialect'
  | 'steps'
  | 'canonical'
  | 'tooLong'
  | 'ignored'
  | 'reads'
  | 'stored'
  | 'edge'
  | 'whenMissing'
  | 'refused'
  | 'noSteps'
  | 'fromQuery'
  | 'other',
  string
>

const LABELS: Record<Language, Labels> = {
  en: {
    asked: 'asked',
    key: 'key',
    signed: 'signed key',
    original: 'original',
    dialect: 'dialect',
    steps: 'steps',
    canonical: 'canonical key',
    tooLong: 'too long for an object, so never stored under',
    ignored: 'no effect',
    reads: 'reads',
    stored: 'stored as',
    edge: 'via the edge as',
    whenMissing: 'if missing',
    refused: 'refused',
    noSteps: 'none: compressed only',
    fromQuery: 'made from the query by the edge routine; without it queries ask for nothing',
    other: 'other readers',
  },
  zh: {
    asked: '请求',
    key: '对象名',
    signed: '签名后的对象名',
    original: '原图',
    dialect: '写法',
    steps: '步骤',
    canonical: '规范对象名',
    tooLong: '超出对象名长度上限，不会以此名存储',
    ignored: '不起作用',
    reads: '读取',
    stored: '存储为',
    edge: '经边缘函数存储为',
    whenMissing: '原图不存在时',
    refused: '拒绝',
    noSteps: '无：仅压缩',
    fromQuery: '由边缘函数根据查询参数生成；没有边缘函数时查询参数不起作用',
    other: '其他读者',
  },
}

/** For people: a line for each thing there is to know. */
export function printReport(report: Report, language: Language): string {
  const labels = LABELS[language]
  const lines: [string, string][] = []
  const { asked, requestedKey, signedKey, reading, edge, refusal } = report
  if (asked !== requestedKey && signedKey === undefined) lines.push([labels.asked, JSON.stringify(asked)])
  if (requestedKey !== undefined) {
    lines.push([signedKey === undefined ? labels.key : labels.signed, requestedKey])
    if (report.fromQuery) lines.push(['', `(${labels.fromQuery})`])
  }
  if (reading !== undefined) {
    const { sourceKey, dialect, style, steps, canonicalKey, canonicalFits, ignored, whenMissing } = reading
    lines.push([labels.original, sourceKey], [labels.dialect, style === undefined ? dialect : `${dialect} ${style}`])
    steps.forEach(({ text, words }, at) => {
      lines.push([at === 0 ? labels.steps : '', `${at + 1}. ${text} — ${words[language]}`])
    })
    if (steps.length === 0) lines.push([labels.steps, labels.noSteps])
    lines.push([labels.canonical, canonicalKey])
    if (!canonicalFits) lines.push(['', `(${labels.tooLong})`])
    if (ignored.length > 0) lines.push([labels.ignored, ignored.join(', ')])
    if (refusal === undefined) {
      report.reads.forEach(({ bucket, key }, at) => lines.push([at === 0 ? labels.reads : '', `${bucket}: ${key}`]))
      if (report.stored !== undefined) lines.push([labels.stored, `${report.stored.bucket}: ${report.stored.key}`])
      if (edge?.negotiated === false) lines.push([labels.edge, edge.key])
      if (edge?.negotiated === true) {
        lines.push([labels.edge, `AVIF: ${edge.keys.avif}`], ['', `WebP: ${edge.keys.webp}`])
        lines.push(['', `${labels.other}: ${edge.keys.source}`])
      }
      if (whenMissing !== undefined)
        lines.push([labels.whenMissing, `${whenMissing.words[language]}: ${whenMissing.message}`])
    }
  }
  if (refusal !== undefined) {
    const { status, code, words, message } = refusal
    lines.push([labels.refused, `${status} ${code}${words === undefined ? '' : `, ${words[language]}`}: ${message}`])
  }
  const width = Math.max(...lines.map(([label]) => columns(label)))
  return lines.map(([label, text]) => `${label}${' '.repeat(width - columns(label))}  ${text}\n`).join('')
}

/** How wide a terminal shows a label: Chinese characters take two columns. */
function columns(label: string): number {
  return label.length + label.replace(/\P{Script=Han}/gu, '').length
}
