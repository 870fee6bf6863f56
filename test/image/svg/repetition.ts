// Files that repeat one thing: whatever looks at the rest of the text for each of them takes for ever.

const svg = (inside: string) => `<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`
const attribute = (name: string) => (text: string) => svg(`<rect ${name}="${text}"/>`)
const sheet = (text: string) => svg(`<style>${text}</style>`)
const content = (text: string) => svg(text)
const letters = (text: string) => svg(`<text>${text}x</text>`)

/** Name → what is repeated, and the file around it. */
export const REPETITIONS: Record<string, [unit: string, file: (text: string) => string]> = {
  'letters of a colour': ['a', attribute('fill')],
  'functions of a colour': ['rgb(', attribute('fill')],
  'addresses that do not end': ['url(', attribute('fill')],
  'white space in a colour': [' ', (text) => svg(`<rect fill="${text}x"/>`)],
  'comments that do not end': ['/* ', sheet],
  selectors: ['a,', sheet],
  'selectors of a rule that refers': ['.a,', (text) => sheet(`${text}b{fill:url(#a)}`)],
  'rules that refer': [
    '.a{fill:url(#a)}',
    (text) => svg(`<style>${text}</style>${'<g class="a"/>'.repeat(text.length / 100)}`),
  ],
  'rules in rules': ['.a{fill:url(#a)', sheet],
  'rules in rules with many selectors': ['fill:url(#a);b{}', (text) => sheet(`${text.replace(/\W+/g, ',')}{${text}}`)],
  'opening braces': ['{', sheet],
  'closing braces': ['}', sheet],
  parentheses: ['(', sheet],
  quotes: ['"', sheet],
  'at signs': ['@', sheet],
  colons: ['a:', sheet],
  declarations: ['a:b;', attribute('style')],
  'scale in a title': ['scale(', (text) => svg(`<title>${text}</title>`)],
  'transforms that do not end': ['rotate(', attribute('transform')],
  matrices: ['matrix(1 ', attribute('transform')],
  points: ['1 ', (text) => svg(`<polyline points="${text}"/>`)],
  curves: ['c1 1 2 2 3 3', (text) => svg(`<path d="M0 0${text}"/>`)],
  arcs: ['a1 1 0 0 1 3 3', (text) => svg(`<path d="M0 0${text}"/>`)],
  'carriage returns': ['\r', letters],
  'character references': ['&amp;', letters],
  'spaces in text': [' ', letters],
  'elements side by side': ['<rect/>', content],
  'elements in elements': ['<g fill="url(#a)">', (text) => svg(text + '</g>'.repeat(text.length / 18))],
  uses: ['<use href="#a"/>', (text) => svg(`<g id="a"/>${text}`)],
  prefixes: [
    '<g xmlns:a="b"/>',
    (text) =>
      svg(text).replace(' ', Array.from({ length: text.length / 20 }, (_, i) => ` xmlns:p${i}="x"`).join('') + ' '),
  ],
  'white space in an address': [' ', (text) => svg(`<image href="data:;${text}base64${text}x,"/>`)],
}
