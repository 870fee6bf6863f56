// CSS as style sheets, style attributes and presentation attributes have it. Nothing in it may load anything or run.
// White space is what CSS takes for it: a no-break space is a letter there, and `\s` would not see that.

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

const LONGEST_FUNCTION = Math.max(...[...FUNCTIONS].map(({ length }) => length))

const WHITE_SPACE = new Set(' \t\r\n\f')

/** What ends a name before a parenthesis. */
const NAME_ENDS = new Set(' \t\r\n\f,;:{}()[]/*+=\'"!>~|')

const DATA_HEAD =
  /^data:(?:image\/(?:png|jpeg|jpg|gif|webp|avif)|font\/[a-z0-9.+-]+|application\/(?:x-)?font-[a-z0-9.+-]+|application\/vnd\.ms-fontobject)(?:;charset=[a-z0-9-]+)?;base64$/

// Ways of old browsers to run something out of a style sheet.
const ACTIVE_WORDS = /-moz-binding|behaviou?r\s*:|javascript:|vbscript:/

/**
 * True where CSS loads nothing and runs nothing. Looked at as characters, not as structure, so what is in a string counts as
 * well; a backslash is refused because with it any name can be spelled in other letters, a comment because it parts words.
 */
export function isHarmlessCss(css: string): boolean {
  const text = css.toLowerCase()
  if (text.includes('\\') || text.includes('/*') || ACTIVE_WORDS.test(text)) return false
  for (const [, name = ''] of text.matchAll(/@([^ \t\r\n\f{;("']*)/g)) if (!AT_RULES.has(name)) return false
  for (let open = text.indexOf('('); open >= 0; open = text.indexOf('(', open + 1)) {
    const name = nameBefore(text, open)
    if (name === undefined || !FUNCTIONS.has(name)) return false
    if (name === 'url' && !isHarmlessUrl(text, open + 1)) return false
  }
  return true
}

function nameBefore(text: string, open: number): string | undefined {
  for (let from = open; open - from <= LONGEST_FUNCTION; from--) {
    if (from === 0 || NAME_ENDS.has(text.charAt(from - 1))) return text.slice(from, open)
  }
  return undefined
}

/** `#name`, or pixels or a font that are in the address itself. A percent sign would spell a name in other letters. */
function isHarmlessUrl(text: string, from: number): boolean {
  let end = text.indexOf(')', from)
  if (end < 0) return false
  let start = from
  while (WHITE_SPACE.has(text.charAt(start))) start++
  while (end > start && WHITE_SPACE.has(text.charAt(end - 1))) end--
  const quote = text.charAt(start)
  if (quote === '"' || quote === "'") {
    if (end - start < 2 || text.charAt(--end) !== quote) return false
    start++
  }
  const address = text.slice(start, end)
  if (address.startsWith('#')) return isLocalReference(address)
  const comma = address.indexOf(',')
  return comma > 0 && DATA_HEAD.test(address.slice(0, comma)) && !/[^a-z0-9+/=]/.test(address.slice(comma + 1))
}

/** `#name` as it is written and nothing else: no white space, escapes or percent signs that would make another name of it. */
export function isLocalReference(address: string): boolean {
  return address.length > 1 && address.startsWith('#') && !/[\s"'()<>\\%]/.test(address)
}

/** A style sheet or a list of declarations without comments, and without the rules and declarations that are not harmless. */
export function cleanCss(css: string): string {
  const text = withoutComments(css)
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

/** One that is never closed ends the sheet. In strings there are none. */
function withoutComments(css: string): string {
  if (!css.includes('/*')) return css
  let kept = ''
  let from = 0
  let quote = ''
  for (let at = 0; at < css.length; at++) {
    const char = css.charAt(at)
    if (quote !== '') {
      if (char === quote || char === '\n') quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (char === '/' && css.charAt(at + 1) === '*') {
      kept += `${css.slice(from, at)} `
      const end = css.indexOf('*/', at + 2)
      if (end < 0) return kept
      from = end + 2
      at = from - 1
    }
  }
  return kept + css.slice(from)
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
