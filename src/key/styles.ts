import { grammar as builtIn } from './actions/list.ts'
import { isStyleName } from './dialects/style.ts'
import { KeyFault, quote } from './fault.ts'
import { printSteps, readSteps, type ReadChain } from './grammar/grammar.ts'
import type { KeySettings } from './settings.ts'

const PREFIX = 'image/'

/** A style that has been read. */
export interface Style extends ReadChain {
  /** Its canonical steps, for comparing. */
  readonly steps: readonly string[]
}

/**
 * The operations of a style's text, `image/resize,w_200/format,webp`. A style cannot call a style.
 * @throws KeyFault `bad_operation`.
 */
export function readStyle(text: string, settings: Pick<KeySettings, 'grammar'>): Style {
  const grammar = settings.grammar ?? builtIn
  if (!text.startsWith(PREFIX) || text.length === PREFIX.length) {
    throw new KeyFault('bad_operation', `Expected a style to read image/<action>,…, got ${quote(text)}`)
  }
  const chain = readSteps(text.slice(PREFIX.length).split('/'), grammar)
  return { ...chain, steps: printSteps(chain.operations, grammar) }
}

// Styles are read once for each settings object, when first asked for: a plain key must not pay for them.
const known = new WeakMap<KeySettings, Map<string, Style>>()

/**
 * The style of this name, or undefined if there is none.
 * @throws KeyFault `bad_operation` if its text is wrong (which `mistakesInSettings` finds at the start).
 */
export function styleNamed(name: string, settings: KeySettings): Style | undefined {
  const text = Object.hasOwn(settings.styles, name) ? settings.styles[name] : undefined
  if (text === undefined || !isStyleName(name)) return undefined
  let styles = known.get(settings)
  if (!styles) known.set(settings, (styles = new Map()))
  let style = styles.get(name)
  if (!style) styles.set(name, (style = readStyle(text, settings)))
  return style
}
