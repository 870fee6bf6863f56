import { FORMAT_NAMES, type FormatName } from './actions/format.ts'
import { MAX_SIDE } from './actions/resize.ts'
import type { Allow, AllowedSize, AllowList } from './allow.ts'
import { isStyleName } from './dialects/style.ts'
import { KeyFault, quote } from './fault.ts'
import { didYouMean } from './nearest.ts'
import { DIALECTS, type Dialect, type KeySettings } from './settings.ts'
import { readStyle } from './styles.ts'

/** Shortest signing key, in characters: 128 bits in Base64. */
const MIN_SECRET = 22

/** `suffix,style` → dialects. @throws RangeError «Expected …, got …». */
export function readDialects(text: string): Dialect[] {
  return words(text, ',').map((word) => {
    const dialect = DIALECTS.find((known) => known === word)
    if (dialect) return dialect
    throw new RangeError(
      `Expected dialects among ${DIALECTS.join(', ')}, got ${quote(word)}${didYouMean(word, DIALECTS)}`,
    )
  })
}

/** `thumb=image/resize,w_200;hero=image/…`, one to a line or separated by `;`. @throws RangeError «Expected …, got …». */
export function readStyles(text: string): Record<string, string> {
  const styles: Record<string, string> = {}
  for (const entry of words(text, /[;\n]/)) {
    const at = entry.indexOf('=')
    const name = entry.slice(0, at).trim()
    if (at < 0) throw new RangeError(`Expected styles as name=image/…;name=image/…, got ${quote(entry)}`)
    if (Object.hasOwn(styles, name)) throw new RangeError(`Expected style ${quote(name)} once, got it twice`)
    styles[name] = entry.slice(at + 1).trim()
  }
  return styles
}

const GROUPS = ['sizes', 'formats', 'qualities', 'styles', 'spellings'] as const
const SPELLINGS = ['any', 'canonical'] as const
/** No style can have this name. */
const ALL_STYLES = '*'

/**
 * `open`; `styles` (every style, nothing else); or a list such as
 * `sizes=320,640x480,x200,l1600,s300;formats=auto,jpg;qualities=60,80;styles=thumb,hero`. A size is a width, WxH, xH, the
 * longest or the shortest side. What is left out is not allowed, except styles, which are all allowed unless listed (or
 * just named: `styles;spellings=canonical`). `spellings=canonical` takes one spelling of each key, `any` (or nothing) all.
 *
 * @throws RangeError «Expected …, got …».
 */
export function readAllow(text: string): Allow {
  if (text.trim() === 'open') return 'open'
  const groups = new Map<string, readonly string[]>()
  for (const entry of words(text, ';')) {
    const [name = '', list] = entry.split('=').map((part) => part.trim())
    const isAllStyles = entry === 'styles'
    if ((list === undefined && !isAllStyles) || !GROUPS.some((group) => group === name)) {
      throw new RangeError(
        `Expected open, styles, or ${GROUPS.join('=…;')}=…, got ${quote(entry)}${didYouMean(name, GROUPS)}`,
      )
    }
    if (groups.has(name)) throw new RangeError(`Expected ${name} once, got it twice`)
    groups.set(name, list === undefined ? [ALL_STYLES] : words(list, ','))
  }
  if (groups.size === 0) throw new RangeError(`Expected open, styles, or ${GROUPS.join('=…;')}=…, got ${quote(text)}`)
  const styles = groups.get('styles') ?? [ALL_STYLES]
  return {
    styles: styles.includes(ALL_STYLES) ? 'all' : styles,
    sizes: (groups.get('sizes') ?? []).map(readSize),
    formats: (groups.get('formats') ?? []).map(readFormat),
    qualities: (groups.get('qualities') ?? []).map((word) => readNumber('a quality', word, 100)),
    ...readSpellings(groups.get('spellings')),
  }
}

function readSpellings(given: readonly string[] | undefined): Pick<AllowList, 'spellings'> {
  const text = given?.join(',') ?? 'any'
  if (text === 'canonical') return { spellings: text }
  if (text === 'any') return {}
  throw new RangeError(`Expected spellings to be any or canonical, got ${quote(text)}${didYouMean(text, SPELLINGS)}`)
}

function readSize(text: string): AllowedSize {
  const [, w, h, single, side] = /^(?:(\d*)x(\d+)|([ls]?)(\d+))$/.exec(text) ?? []
  const number = (digits: string): number => readNumber('a side', digits, MAX_SIDE)
  if (h !== undefined) return w ? { w: number(w), h: number(h) } : { h: number(h) }
  if (side !== undefined) return { [single || 'w']: number(side) }
  throw new RangeError(`Expected a size such as 320, 640x480, x200, l1600 or s300, got ${quote(text)}`)
}

function readNumber(what: string, text: string, most: number): number {
  if (/^[1-9]\d{0,5}$/.test(text) && Number(text) <= most) return Number(text)
  throw new RangeError(`Expected ${what} from 1 to ${most}, got ${quote(text)}`)
}

function readFormat(text: string): FormatName {
  const format = FORMAT_NAMES.find((known) => known === text)
  if (format) return format
  throw new RangeError(`Expected a format among ${FORMAT_NAMES.join(', ')}, got ${quote(text)}`)
}

function words(text: string, separator: string | RegExp): string[] {
  return text
    .split(separator)
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

/** Everything that is wrong with the settings, for a start that reports all mistakes at once. Empty if all is well. */
export function mistakesInSettings(settings: KeySettings): string[] {
  const mistakes: string[] = []
  const { styles, allow, signing, dialects } = settings
  for (const [name, text] of Object.entries(styles)) {
    if (!isStyleName(name)) {
      mistakes.push(`Expected style names of 1 to 63 letters, digits, "_", "-" and ".", got ${quote(name)}`)
    }
    try {
      readStyle(text, settings)
    } catch (fault) {
      if (!(fault instanceof KeyFault)) throw fault
      mistakes.push(`Style ${quote(name)}: ${fault.message}`)
    }
  }
  if (allow !== 'open' && allow.styles !== 'all') {
    for (const name of allow.styles) {
      if (Object.hasOwn(styles, name)) continue
      mistakes.push(
        `Expected allowed styles to be configured, got ${quote(name)}${didYouMean(name, Object.keys(styles))}`,
      )
    }
  }
  // Its derivatives lie in directories of every size: without a list nobody could find them again to remove them.
  if (dialects.includes('size-prefix') && (allow === 'open' || allow.sizes.length === 0)) {
    mistakes.push('Expected a list of sizes to be allowed with the size-prefix dialect, got none')
  }
  if (signing && signing.keys.length === 0) mistakes.push('Expected at least one signing key, got none')
  if (signing?.keys.some((secret) => secret.length < MIN_SECRET)) {
    mistakes.push(`Expected signing keys of at least ${MIN_SECRET} characters, got a shorter one`)
  }
  return mistakes
}
