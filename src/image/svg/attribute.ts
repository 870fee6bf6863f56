import { isHarmlessCss } from './css.ts'
import { ANIMATABLE, ARIA, ATTRIBUTES, PREFIXED } from './names.ts'
import { isHarmlessHref } from './references.ts'

/** Never read as CSS by anybody, and free text or long lists: parentheses and backslashes mean nothing in them. */
const PLAIN = new Set(['id', 'class', 'd', 'points', 'lang', 'role', 'xml:lang', 'xml:space', 'systemLanguage'])

/** Whether an attribute may be there at all, by its name as written in what goes out. */
export function isKnownAttribute(name: string): boolean {
  return ATTRIBUTES.has(name) || PREFIXED.has(name) || ARIA.test(name)
}

/** Whether a known attribute's value is harmless on this element. */
export function isHarmlessValue(element: string, name: string, value: string): boolean {
  if (name === 'href' || name === 'xlink:href') return isHarmlessHref(element, value)
  // Whatever an animation sets it to (to, from, by, values) is looked at as the CSS it may become.
  if (name === 'attributeName') return ANIMATABLE.has(value)
  if (name === 'type' && element === 'style') return value === 'text/css'
  if (PLAIN.has(name) || ARIA.test(name)) return true
  if (name === 'style' && /[{}]/.test(value)) return false
  return isHarmlessCss(value)
}
