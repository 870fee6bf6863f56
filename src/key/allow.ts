import type { FormatName } from './actions/format.ts'
import type { Operation } from './actions/list.ts'
import type { Resize } from './actions/resize.ts'
import { stepsBeforeSettling } from './auto.ts'
import { MAX_KEY_BYTES } from './decode.ts'
import { KeyFault, quote } from './fault.ts'
import { didYouMean } from './nearest.ts'
import type { ReadKey } from './read.ts'
import type { KeySettings } from './settings.ts'
import { spellingOf } from './spelling.ts'
import { styleNamed } from './styles.ts'

/** A size as it is asked for; exactly the sides that are listed, no others. */
export type AllowedSize = Pick<Resize, 'w' | 'h' | 'l' | 's'>

/**
 * What may be asked for without end would be made, paid for and stored without end. A list bounds what is made, and with
 * `spellings: 'canonical'` also under how many names: an object is stored for each spelling that is taken, and one version
 * has thousands (order of parameters and settings, defaults spelled out). Old links need them, so that is the operator's choice.
 */
export interface AllowList {
  /** Styles that may be named. */
  readonly styles: 'all' | readonly string[]
  readonly sizes: readonly AllowedSize[]
  /** `auto` stands for avif and webp as well, because it becomes them at the edge. */
  readonly formats: readonly FormatName[]
  /** For q and Q alike. */
  readonly qualities: readonly number[]
  /** One spelling in each dialect; absent: any. */
  readonly spellings?: 'canonical'
}

export type Allow = 'open' | AllowList

const SIDES = ['w', 'h', 'l', 's'] as const

/**
 * Refuses what the list does not contain. A plain key is always allowed, with `spellings: 'canonical'` without a needless
 * escape.
 *
 * Under a list, a chain may consist of one resize, format, quality, auto-orient and interlace each; anything else (blurs
 * of 2,500 kinds, watermarks with any text) belongs into a style. A chain that equals an allowed style is allowed.
 *
 * @throws KeyFault `not_allowed`, naming what comes nearest, or the spelling to use.
 */
export function checkAllowed(key: ReadKey, settings: KeySettings): void {
  const { allow } = settings
  if (allow === 'open') return
  checkMeaning(key, settings, allow)
  // Last, so that nobody is sent to a spelling which is refused in turn.
  const spelling = spellingOf(key)
  if (allow.spellings === 'canonical' && key.unsignedKey !== spelling) {
    throw refusal(`the canonical key ${quote(spelling, MAX_KEY_BYTES)}`, 'another spelling of it')
  }
}

function checkMeaning(key: ReadKey, settings: KeySettings, allow: AllowList): void {
  if (key.dialect === 'plain') return
  if (key.style !== undefined) {
    if (isStyleAllowed(key.style, allow)) return
    const names = allowedStyles(settings, allow)
    throw refusal(`a style among ${list(names)}`, `${quote(key.style)}${didYouMean(key.style, names)}`)
  }
  // Each of its values would be another object with the same picture.
  const ignored = key.ignored[0]
  if (ignored !== undefined) throw refusal('only what has an effect', ignored)
  if (equalsAllowedStyle(key, settings, allow)) return
  const seen = new Set<string>()
  for (const operation of key.operations) {
    if (seen.has(operation.action)) throw refusal(`${operation.action} once`, 'it twice')
    seen.add(operation.action)
    checkOperation(operation, settings, allow)
  }
}

function checkOperation(operation: Operation, settings: KeySettings, allow: AllowList): void {
  switch (operation.action) {
    case 'resize':
      return checkSize(operation, allow)
    case 'format':
      if (isFormatAllowed(operation.value, allow)) return
      throw refusal(`a format among ${list(allow.formats)}`, operation.value)
    case 'quality': {
      const quality = operation.Q ?? operation.q
      if (typeof quality === 'number' && allow.qualities.includes(quality)) return
      const near = typeof quality === 'number' ? nearestNumber(quality, allow.qualities) : undefined
      throw refusal(`a quality among ${list(allow.qualities)}`, `${quality}${nearestIs(near)}`)
    }
    case 'auto-orient':
    case 'interlace':
      return
    default: {
      const styles = allowedStyles(settings, allow)
      throw refusal(
        `resize, format, quality, auto-orient, interlace or a style among ${list(styles)}`,
        operation.action,
      )
    }
  }
}

function checkSize(asked: Resize, allow: AllowList): void {
  if (asked.p !== undefined) throw refusal('a listed size', `p_${asked.p}`)
  if (asked.color !== 'ffffff') throw refusal('color_ffffff', `color_${asked.color}`)
  if (allow.sizes.some((size) => SIDES.every((side) => size[side] === asked[side]))) return
  const near = nearestSize(asked, allow.sizes)
  throw refusal('a listed size', `${printSize(asked)}${nearestIs(near && printSize(near))}`)
}

/** The way a size is written in a key. */
export function printSize(size: AllowedSize): string {
  return SIDES.flatMap((side) => (size[side] === undefined ? [] : [`${side}_${size[side]}`])).join(',')
}

/** Sizes of the same sides come first, then the least difference over all sides. */
function nearestSize(asked: AllowedSize, sizes: readonly AllowedSize[]): AllowedSize | undefined {
  function difference(size: AllowedSize): number {
    return SIDES.reduce((sum, side) => {
      const [a, b] = [asked[side], size[side]]
      if (a === undefined && b === undefined) return sum
      return sum + (a === undefined || b === undefined ? 1e6 : Math.abs(a - b))
    }, 0)
  }
  return sizes.toSorted((a, b) => difference(a) - difference(b))[0]
}

function nearestNumber(asked: number, numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => Math.abs(a - asked) - Math.abs(b - asked))[0]
}

function isFormatAllowed(format: FormatName, { formats }: AllowList): boolean {
  return formats.includes(format) || (formats.includes('auto') && (format === 'avif' || format === 'webp'))
}

function isStyleAllowed(name: string, { styles }: AllowList): boolean {
  return styles === 'all' || styles.includes(name)
}

function allowedStyles(settings: KeySettings, allow: AllowList): string[] {
  return Object.keys(settings.styles).filter((name) => isStyleAllowed(name, allow))
}

/** At the edge a style with `f_auto` becomes a chain; that chain is still the style. */
function equalsAllowedStyle(key: ReadKey, settings: KeySettings, allow: AllowList): boolean {
  return allowedStyles(settings, allow).some((name) => isStyle(key, name, settings))
}

/** Whether the key's operations are those of the style, or what the edge makes of them. */
export function isStyle(key: ReadKey, name: string, settings: KeySettings): boolean {
  const style = styleNamed(name, settings)?.steps.join('/')
  return style !== undefined && stepsBeforeSettling(key.steps).some((steps) => steps.join('/') === style)
}

function refusal(expected: string, got: string): KeyFault {
  return new KeyFault('not_allowed', `Expected ${expected}, got ${got}`)
}

function nearestIs(near: string | number | undefined): string {
  return near === undefined ? '' : ` (nearest is ${near})`
}

/** At most ten of them: a message is not a catalogue. */
function list(items: readonly (string | number)[]): string {
  if (items.length === 0) return 'none'
  return items.length > 10 ? `${items.slice(0, 10).join(', ')}, …` : items.join(', ')
}
