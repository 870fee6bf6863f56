import type { Language } from './preferences.ts'

const UNITS = ['B', 'kB', 'MB', 'GB'] as const

const LOCALES: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' }

/** `1.24 MB`: three digits, decimal units. */
export function showBytes(bytes: number, language: Language): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  const text = value.toLocaleString(LOCALES[language], { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return `${text} ${UNITS[unit] ?? ''}`
}

/** Whole percents, and never 100 for what is less. */
export function showShare(share: number, language: Language): string {
  const percent = Math.abs(share) < 1 ? Math.max(-99, Math.min(99, Math.round(share * 100))) : Math.round(share * 100)
  return `${percent.toLocaleString(LOCALES[language])}${language === 'en' ? ' %' : '%'}`
}

export function showMs(ms: number, language: Language): string {
  if (ms >= 9950) return `${(ms / 1000).toLocaleString(LOCALES[language], { maximumFractionDigits: 0 })} s`
  if (ms >= 1000) {
    return `${(ms / 1000).toLocaleString(LOCALES[language], { minimumFractionDigits: 1, maximumFractionDigits: 1 })} s`
  }
  return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`
}

export function showCount(count: number, language: Language): string {
  return count.toLocaleString(LOCALES[language])
}

export function showTime(iso: string, language: Language): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return ''
  return time.toLocaleString(LOCALES[language], { dateStyle: 'medium', timeStyle: 'short' })
}

/** `JPEG` of `image/jpeg`. */
export function showType(contentType: string): string {
  const sub = contentType.split(';')[0]?.split('/')[1] ?? ''
  if (sub === 'octet-stream') return 'bytes'
  return sub
    .replace('svg+xml', 'svg')
    .replace(/^(x-ms-|x-)/, '')
    .toUpperCase()
}
