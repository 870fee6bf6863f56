/** Text that may stand anywhere in HTML, attribute values in double quotes included. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char)
}

/** One object as the page lists it. */
export interface ListedObject {
  key: string
  /** Bytes. */
  size: number
  lastModified: string | number | Date
}

export interface BucketView {
  name: string
  objects: readonly ListedObject[]
  /** How many more there are than are listed. */
  more: number
  /** Set when the bucket could not be listed. */
  error: string | undefined
}

export interface PageView {
  ossUrl: string
  originals: BucketView
  compressed: BucketView
}

type Language = 'en' | 'zh'

const TEXTS = {
  en: {
    title: 'Originals and compressed objects',
    originals: 'Originals',
    compressed: 'Compressed',
    key: 'Key',
    bytes: 'Bytes',
    changed: 'Changed',
    smaller: 'Of the original',
    refresh: 'Refresh',
    read: 'read through the compressed bucket',
    empty: 'No objects yet.',
    failed: 'The bucket could not be listed.',
    more: (count: number) => `${count} more not shown.`,
    other: '中文',
    hint: 'A link reads from the compressed bucket: what is missing there is made on this first read. Then refresh.',
  },
  zh: {
    title: '原图与压缩结果',
    originals: '原图',
    compressed: '压缩结果',
    key: '对象名',
    bytes: '字节',
    changed: '修改时间',
    smaller: '占原图',
    refresh: '刷新',
    read: '从压缩桶读取',
    empty: '还没有对象。',
    failed: '无法列出该存储桶。',
    more: (count: number) => `另有 ${count} 个未显示。`,
    other: 'English',
    hint: '链接从压缩桶读取：缺少的对象会在首次读取时生成，之后请刷新。',
  },
} satisfies Record<Language, unknown>

/** Address of an object, path style. Each segment is encoded on its own, so that slashes stay what they are. */
export function objectUrl(ossUrl: string, bucket: string, key: string): string {
  return `${ossUrl}/${encodeURIComponent(bucket)}/${key.split('/').map(encodeURIComponent).join('/')}`
}

/** Whether an address can carry the key: browsers drop dot segments, however written, and half a surrogate pair has no UTF-8. */
function isLinkable(key: string): boolean {
  const isWhole = Buffer.from(key).toString() === key
  return isWhole && !key.split('/').some((part) => part === '.' || part === '..')
}

function row(object: ListedObject, view: PageView, side: 'originals' | 'compressed', language: Language): string {
  const texts = TEXTS[language]
  const key = escapeHtml(object.key)
  const link = isLinkable(object.key)
    ? `<a href="${escapeHtml(objectUrl(view.ossUrl, view.compressed.name, object.key))}" title="${escapeHtml(texts.read)}" rel="noreferrer">${key}</a>`
    : key
  const original = view.originals.objects.find((one) => one.key === object.key)
  const share = original && original.size > 0 ? `${Math.round((object.size / original.size) * 100)} %` : ''
  const shareCell = side === 'compressed' ? `<td class="n">${share}</td>` : ''
  const changed = new Date(object.lastModified)
  const time = Number.isNaN(changed.getTime()) ? '' : changed.toISOString().slice(0, 19).replace('T', ' ')
  return `<tr><td>${link}</td><td class="n">${object.size}</td>${shareCell}<td>${time}</td></tr>`
}

function table(view: PageView, side: 'originals' | 'compressed', language: Language): string {
  const texts = TEXTS[language]
  const bucket = view[side]
  const head = `<h2>${texts[side]} <small>${escapeHtml(bucket.name)}</small></h2>`
  if (bucket.error !== undefined) return `<section>${head}<p role="alert">${texts.failed}</p></section>`
  if (bucket.objects.length === 0) return `<section>${head}<p>${texts.empty}</p></section>`
  const share = side === 'compressed' ? `<th scope="col">${texts.smaller}</th>` : ''
  const rows = bucket.objects.map((object) => row(object, view, side, language)).join('\n')
  const more = bucket.more > 0 ? `<p>${texts.more(bucket.more)}</p>` : ''
  return `<section>${head}<table><thead><tr><th scope="col">${texts.key}</th><th scope="col">${texts.bytes}</th>${share}<th scope="col">${texts.changed} (UTC)</th></tr></thead>
<tbody>${rows}</tbody></table>${more}</section>`
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1b;background:#fff}
header{display:flex;gap:1rem;align-items:baseline;flex-wrap:wrap}h1{font-size:1.4rem;flex:1}h2{font-size:1.1rem}small{font-weight:normal;color:#555}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
td:first-child{overflow-wrap:anywhere}.n{text-align:right;font-variant-numeric:tabular-nums}
@media (prefers-color-scheme:dark){body{color:#eee;background:#181818}small{color:#aaa}th,td{border-color:#444}a{color:#8cb8ff}}`

/** The whole page. `nonce` lets its one style in; there is no script: the buttons are forms. */
export function renderPage(view: PageView, language: Language, nonce: string): string {
  const texts = TEXTS[language]
  const other: Language = language === 'en' ? 'zh' : 'en'
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${texts.title}</title><link rel="icon" href="data:,"><style nonce="${nonce}">${STYLE}</style></head>
<body>
<header><h1>${texts.title}</h1>
<form method="get" action="/"><input type="hidden" name="lang" value="${language}"><button>${texts.refresh}</button></form>
<form method="get" action="/"><input type="hidden" name="lang" value="${other}"><button lang="${other === 'zh' ? 'zh-CN' : 'en'}">${texts.other}</button></form>
</header>
<p>${texts.hint}</p>
${table(view, 'originals', language)}
${table(view, 'compressed', language)}
</body></html>
`
}

/** The language a reader gets: asked for, else the first of Accept-Language that is one of ours, else English. */
export function chooseLanguage(asked: string | null, acceptLanguage: string | undefined): Language {
  if (asked === 'zh' || asked === 'en') return asked
  const ranked = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
      const weight = Number(/^\s*q=([\d.]+)/.exec(parameters.join(';'))?.[1] ?? 1)
      return { tag, weight }
    })
    .filter(({ tag, weight }) => weight > 0 && /^(zh|en)(-|$)/.test(tag))
    .sort((a, b) => b.weight - a.weight)
  return ranked[0]?.tag.startsWith('zh') ? 'zh' : 'en'
}
