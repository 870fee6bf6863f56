// HTML for a version of a picture, to be pasted elsewhere. Text, never shown as HTML here.
import { grammar } from '../../../../../src/key/actions/list.ts'
import { KeyFault } from '../../../../../src/key/fault.ts'
import { readKey, writeKey } from '../../../../../src/key/read.ts'
import type { KeySettings } from '../../../../../src/key/settings.ts'
import type { Pixels } from '../photos/size-of.ts'

export interface Snippet {
  name: 'img' | 'picture' | 'srcset'
  html: string
}

interface Pictured {
  sourceKey: string
  /** Canonical texts. */
  steps: readonly string[]
  /** Address readers use, no slash at the end. */
  base: string
  alt: string
  /** Of the result, where known. */
  size: Pixels | undefined
  /** Width of the original, where known: wider versions would only repeat it. */
  sourceWidth: number | undefined
}

const WIDTHS = [320, 640, 960, 1280, 1920] as const

/** Those there are: none for what is no picture. */
export function snippetsOf(picture: Pictured, settings: KeySettings): Snippet[] {
  const { sourceKey, steps, base, alt, size } = picture
  const address = (some: readonly string[]) => {
    return `${base.replace(/\/+$/, '')}/${writeKey(sourceKey, canonical(sourceKey, some, settings), settings)
      .split('/')
      .map(encodeURIComponent)
      .join('/')}`
  }
  const box = size === undefined ? '' : ` width="${size.width}" height="${size.height}"`
  const end = `${box} alt="${escapeAttribute(alt)}" loading="lazy">`
  const unformatted = without(steps, 'format')
  const inFormat = (format: string) => address([...unformatted, `format,f_${format}`])
  const pictureHtml = () =>
    [
      '<picture>',
      `  <source type="image/avif" srcset="${inFormat('avif')}">`,
      `  <source type="image/webp" srcset="${inFormat('webp')}">`,
      `  <img src="${address(unformatted)}"${end}`,
      '</picture>',
    ].join('\n')
  const makers: [Snippet['name'], () => string][] = [
    ['img', () => `<img src="${address(steps)}"${end}`],
    ['picture', pictureHtml],
    ['srcset', () => srcsetHtml(picture, address, end)],
  ]
  return steps.some(isNoPicture) ? [] : makers.flatMap(([name, make]) => tried(name, make))
}

/** `info` and the like are answered with text. */
function isNoPicture(step: string): boolean {
  return grammar.actions.get(step.split(',')[0] ?? '')?.alone === true
}

/** A step more may be one too many; then there is no such snippet. */
function tried(name: Snippet['name'], make: () => string): Snippet[] {
  try {
    return [{ name, html: make() }]
  } catch (fault) {
    if (fault instanceof KeyFault) return []
    throw fault
  }
}

/** A box of both sides comes once and twice as dense; everything else in several widths. */
function srcsetHtml(
  { steps, sourceWidth }: Pictured,
  address: (steps: readonly string[]) => string,
  end: string,
): string {
  const resize = steps.find((step) => step.startsWith('resize,'))
  const isBox = resize !== undefined && /,w_/.test(resize) && /,h_/.test(resize)
  if (isBox) {
    const twice = resize.replace(
      /,([wh])_(\d+)/g,
      (_, side: string, pixels: string) => `,${side}_${Math.min(16_384, Number(pixels) * 2)}`,
    )
    const dense = steps.map((step) => (step === resize ? twice : step))
    return `<img src="${address(steps)}"\n     srcset="${address(steps)} 1x, ${address(dense)} 2x"${end}`
  }
  const widths = WIDTHS.filter((width) => sourceWidth === undefined || width <= sourceWidth)
  const some = widths.length === 0 ? WIDTHS.slice(0, 1) : widths
  const ofWidth = (width: number) => {
    const step = `resize,w_${width}`
    return resize === undefined ? [step, ...steps] : steps.map((one) => (one === resize ? step : one))
  }
  const list = some.map((width) => `${address(ofWidth(width))} ${width}w`)
  return `<img src="${address(steps)}"\n     srcset="${list.join(',\n             ')}"\n     sizes="(max-width: 60rem) 100vw, 60rem"${end}`
}

function without(steps: readonly string[], action: string): string[] {
  return steps.filter((step) => step.split(',')[0] !== action)
}

/** In the one spelling, so that equal versions are stored once. */
function canonical(sourceKey: string, steps: readonly string[], settings: KeySettings): readonly string[] {
  if (steps.length === 0) return []
  return readKey(writeKey(sourceKey, steps, settings), settings).steps
}

export function escapeAttribute(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
