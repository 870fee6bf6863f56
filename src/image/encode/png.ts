import sharp from 'sharp'
import { deflateSync } from 'node:zlib'
import type { PngFacts } from '../container/png.ts'
import { editPng } from '../container/png.ts'
import { chooseRung } from '../effort.ts'
import { encoding } from '../engine.ts'
import { COUNT_CAP, channels, colourNeeds, toPixels } from '../png/colours.ts'
import type { ColourNeeds } from '../png/colours.ts'
import { pngChunk, writePng } from '../png/write.ts'
import { looksTheSame, paletteError } from '../probe/palette-error.ts'
import { decodePixels, inOneGo, prepared } from '../work.ts'
import type { Encoded, Pixels, Work } from '../work.ts'
import { PNG_RUNGS } from './ladders.ts'

// Four bytes a pixel are held while colours are counted; beyond this the picture is streamed through the encoder instead.
const MAX_HELD_PIXELS = 40_000_000

/** Both ways of filtering are tried up to here; above, the kind of picture decides. */
const TRY_BOTH_PIXELS = 1_500_000

// What sharp writes besides what is needed; density is no part of how a browser shows a picture.
const SPARE_CHUNKS = new Set(['pHYs', 'tEXt', 'eXIf', 'tIME'])

/** Chunks without which the numbers would mean other colours. */
function colourChunks(work: Work, found: PngFacts | undefined): Buffer[] {
  if (work.colour === 'keep' && work.icc !== undefined)
    return [pngChunk('iCCP', Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(work.icc, { level: 9 })]))]
  return found?.gamma ?? []
}

interface Try {
  bytes: Buffer
  settings: string
  lossy: boolean
}

/** More than 256 colours: the fewest channels that hold them, deflated by the engine (zlib-ng finds more than zlib here). */
async function trueColour(work: Work, pixels: Pixels, needs: ColourNeeds): Promise<Try> {
  const keep = needs.grey ? (needs.opaque ? [0] : [0, 3]) : needs.opaque ? [0, 1, 2] : [0, 1, 2, 3]
  const data = keep.length === 4 ? pixels.data : channels(pixels.data, keep)
  const { level } = chooseRung(PNG_RUNGS, work)
  const both = work.facts.pixels <= TRY_BOTH_PIXELS
  const ways = both ? [false, true] : [needs.colours > COUNT_CAP]
  let best: Try | undefined
  for (const adaptiveFiltering of ways) {
    const picture = sharp(data, {
      raw: { width: pixels.width, height: pixels.height, channels: keep.length as 1 | 2 | 3 | 4 },
    })
    if (needs.grey) picture.toColourspace('b-w')
    const bytes = await picture.png({ compressionLevel: level, adaptiveFiltering }).toBuffer()
    const settings = `png lossless ${keep.length}ch ${adaptiveFiltering ? 'adaptive' : 'none'} level${level}`
    if (best === undefined || bytes.length < best.bytes.length) best = { bytes, settings, lossy: false }
  }
  if (best === undefined) throw new RangeError('Expected at least one way of filtering, got none')
  return best
}

/** 256 colours chosen by libimagequant, if nobody can tell. */
async function quantised(pixels: Pixels): Promise<Try | undefined> {
  const { data, width, height } = pixels
  const bytes = await sharp(data, { raw: { width, height, channels: 4 } })
    .png({ palette: true, quality: 100, effort: 7, dither: 1, compressionLevel: 9 })
    .toBuffer()
  const shown = await sharp(bytes).toColourspace('srgb').ensureAlpha().raw().toBuffer()
  if (!looksTheSame(paletteError(data, shown, width, height))) return undefined
  return { bytes, settings: 'png palette q100', lossy: true }
}

/** Decoded and encoded line by line: nothing is known about the colours but what the header says. */
async function streamed(work: Work, sixteen: boolean): Promise<Try> {
  const { level } = chooseRung(PNG_RUNGS, work)
  const picture = prepared(work)
  if (sixteen) picture.toColourspace('rgb16')
  const bytes = await inOneGo(work, () => picture.png({ compressionLevel: level, adaptiveFiltering: true }).toBuffer())
  return { bytes, settings: `png lossless streamed level${level}`, lossy: false }
}

async function best(work: Work): Promise<Try> {
  // In a wide gamut eight bits are coarse enough to be seen as bands.
  if (work.facts.depth === 16 && work.colour === 'keep') return streamed(work, true)
  if (work.facts.pixels > MAX_HELD_PIXELS) return streamed(work, false)
  const pixels = await decodePixels(work, true)
  const needs = colourNeeds(pixels.data, toPixels(pixels.data))
  return encoding(async () => {
    if (needs.palette !== undefined) {
      const filters = work.facts.pixels <= TRY_BOTH_PIXELS ? (['none', 'adaptive'] as const) : (['none'] as const)
      return { ...(await writePng(pixels.data, pixels.width, { level: 9, filters })), lossy: false }
    }
    const lossless = await trueColour(work, pixels, needs)
    const small = needs.colours <= COUNT_CAP ? await quantised(pixels) : undefined
    return small !== undefined && small.bytes.length < lossless.bytes.length ? small : lossless
  })
}

/**
 * PNG to PNG: exact wherever it can be (palette up to 256 colours, fewest channels and bits otherwise), in 256 colours only
 * where the difference cannot be seen. 16 bits become 8, which is what screens and browsers show, except in a wide gamut.
 */
export async function encodePng(work: Work, found: PngFacts | undefined): Promise<Encoded> {
  const { bytes, settings, lossy } = await best(work)
  return { bytes: editPng(bytes, colourChunks(work, found), SPARE_CHUNKS), format: 'png', settings, lossy }
}
