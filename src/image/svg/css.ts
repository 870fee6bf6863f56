// CSS as style sheets, style attributes and presentation attributes have it. Nothing in it may load anything or run.

/** At-rules that only group rules, name animations or embed a font. Not @import, @namespace, @charset, @document. */
const AT_RULES = new Set([
  'media',
  'supports',
  'keyframes',
  '-webkit-keyframes',
  'font-face',
  'layer',
  'container',
  'property',
])

/** Functions that compute. Not image-set(), src(), image(), cross-fade(), element(), paint(), expression(): those can load or run. */
const FUNCTIONS = new Set(
  `url local format rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark var env calc min max clamp round mod rem abs sign
  sin cos tan pow sqrt matrix matrix3d translate translatex translatey translatez translate3d scale scalex scaley scalez scale3d rotate
  rotatex rotatey rotatez rotate3d skew skewx skewy perspective blur brightness contrast drop-shadow grayscale hue-rotate
  invert opacity saturate sepia cubic-bezier steps linear path circle ellipse inset polygon rect xywh linear-gradient radial-gradient
  conic-gradient repeating-linear-gradient repeating-radial-gradient repeating-conic-gradient attr not is where has
  nth-child nth-last-child nth-of-type nth-last-of-type lang @media @supports and or`
    .split(/\s+/)
    .concat(''),
)

const DATA =
  'data:(?:image/(?:png|jpeg|jpg|gif|webp|avif)|font/[a-z0-9.+-]+|application/(?:x-)?font-[a-z0-9.+-]+|application/vnd\\.ms-fontobject)' +
  '(?:;charset=[a-z0-9-]+)?;base64,[a-z0-9+/=]*'
const HARMLESS_URL = new RegExp(String.raw`^url\(\s*(["']?)(?:#[^\s"'()<>]+|${DATA})\1\s*\)`)

// Ways of old browsers to run something out of a style sheet.
const ACTIVE_WORDS = /-moz-binding|behaviou?r\s*:|javascript:|vbscript:/

/**
 * True where CSS loads nothing and runs nothing. Looked at as characters, not as structure, so what is in a string counts as
 * well; a backslash is refused because with it any name can be spelled in other letters.
 */
export function isHarmlessCss(css: string): boolean {
  const text = css.toLowerCase()
  if (text.includes('\\') || ACTIVE_WORDS.test(text)) return false
  for (const [, name = ''] of text.matchAll(/@([^\s{;("']*)/g)) if (!AT_RULES.has(name)) return false
  for (const { 1: name = '', index } of text.matchAll(/([^\s,;:{}()[\]/*+='"!>~|]*)\(/g)) {
    if (!FUNCTIONS.has(name)) return false
    if (name === 'url' && !HARMLESS_URL.test(text.slice(index))) return false
  }
  return true
}

/** A style sheet or a list of declarations without the rules and declarations that are not harmless. */
export function cleanCss(css: string): string {
  const text = css.replace(/\/\*[^]*?\*\//g, ' ')
  if (isHarmlessCss(text)) return text
  let kept = ''
  let refusedDepth = 0
  for (const { part, end } of partsOf(text)) {
    const harmless = isHarmlessCss(part)
    if (refusedDepth > 0 || (end === '{' && !harmless)) {
      refusedDepth += end === '{' ? 1 : end === '}' ? -1 : 0
      continue
    }
    if (harmless) kept += part + end
    else if (end === '}') kept += end
  }
  return kept
}

/** Text up to each `;`, `{` and `}` that is neither in a string nor in brackets. */
function partsOf(css: string): { part: string; end: string }[] {
  const parts: { part: string; end: string }[] = []
  let from = 0
  let quote = ''
  let depth = 0
  for (let at = 0; at < css.length; at++) {
    const char = css.charAt(at)
    if (quote !== '') {
      if (char === quote || char === '\n') quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (char === '(') depth++
    else if (char === ')') depth = Math.max(0, depth - 1)
    else if (depth === 0 && (char === ';' || char === '{' || char === '}')) {
      parts.push({ part: css.slice(from, at), end: char })
      from = at + 1
    }
  }
  if (from < css.length) parts.push({ part: css.slice(from), end: '' })
  return parts
}
