import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { encoding, isMachineFault } from '../engine.ts'
import { type FontFacts, firstMissing, readFont } from './font-coverage.ts'
import { Impossible } from './impossible.ts'
import { layer, type Picture } from './mark-picture.ts'
import type { Watermark } from './types.ts'

// A font file does not change while the function runs, and reading one takes longer than drawing with it.
const known = new Map<string, Promise<FontFacts>>()

function factsOf(fontFile: string): Promise<FontFacts> {
  const facts = known.get(fontFile) ?? readFile(fontFile).then(readFont)
  known.set(fontFile, facts)
  // What could not be read now may be readable later.
  facts.catch(() => known.delete(fontFile))
  return facts
}

/** The text as the engine's markup: it has no way to take plain text. https://docs.gtk.org/Pango/pango_markup.html */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** How much ink each pixel gets, 0 to 255, cut to the ink. */
async function inkOf(text: string, size: number, fontFile: string, family: string) {
  try {
    // The comma ends the family, which may have words in it that would be read as a style. One point is one pixel at 72 dpi.
    const { data, info } = await sharp({
      text: { text: escaped(text), font: `${family}, ${size}px`, fontfile: fontFile, dpi: 72 },
      limitInputPixels: false,
    })
      .toColourspace('b-w')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { ink: data, width: info.width, height: info.height }
  } catch (error) {
    if (isMachineFault(error)) throw error
    throw new Impossible(`Expected a text that can be drawn at ${size} px, got ${JSON.stringify(text)}`, {
      cause: error,
    })
  }
}

/** A picture of one colour, as opaque as the ink is thick. */
function inked(ink: Buffer, width: number, height: number, color: string, opacity: number): Picture {
  const rgb = Number.parseInt(color, 16)
  const pixels = Buffer.alloc(ink.length * 4)
  for (let i = 0; i < ink.length; i++) {
    pixels[4 * i] = rgb >> 16
    pixels[4 * i + 1] = (rgb >> 8) & 255
    pixels[4 * i + 2] = rgb & 255
    pixels[4 * i + 3] = Math.round(((ink[i] ?? 0) * opacity) / 100)
  }
  return { pixels, width, height }
}

/** The shadow lies this share of the size to the right of the text and below it. */
const SHADOW_SHIFT = 0.05

/**
 * The text of a watermark, drawn with one font file and no other: what the machine has installed plays no part. A character
 * that the font lacks is refused: a box would be stored for ever.
 */
export async function textPicture(mark: Watermark, text: string, fontFile: string | undefined): Promise<Picture> {
  if (fontFile === undefined)
    throw new Impossible(`Expected a font that is installed here for text watermarks, got ${mark.type}`)
  const { size, color, shadow } = mark
  const { ink, width, height } = await encoding(async () => {
    const font = await factsOf(fontFile)
    const missing = firstMissing(text, font)
    if (missing !== undefined)
      throw new Impossible(
        `Expected characters that ${font.family} has, got ${missing} (U+${(missing.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')})`,
      )
    return inkOf(text.normalize('NFC'), size, fontFile, font.family)
  })
  const letters = inked(ink, width, height, color, 100)
  if (shadow === 0) return letters
  const shift = Math.max(1, Math.round(size * SHADOW_SHIFT))
  const below = inked(ink, width, height, '000000', shadow)
  return layer(width + shift, height + shift, [
    { picture: below, left: shift, top: shift },
    { picture: letters, left: 0, top: 0 },
  ])
}
