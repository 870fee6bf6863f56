import sharp from 'sharp'
import type { Sharp } from 'sharp'
import type { JpegFacts } from '../container/jpeg.ts'
import { chooseRung } from '../effort.ts'
import { QUALITY, requality } from '../policy.ts'
import { needsFullChroma } from '../probe/hot.ts'
import { jpegQuality } from '../probe/jpeg-quality.ts'
import { encodeGainMap } from './gain-map.ts'
import { JPEG_RUNGS } from './ladders.ts'
import { decodePixels, inOneGo, preparedWithProfile } from '../work.ts'
import type { Encoded, KeptReason, Work } from '../work.ts'

/** Quality of a source as its first quantisation table says; 100 where there is none to read. */
export function sourceQuality(facts: JpegFacts | undefined): number {
  const luma = facts?.tables.get(0)
  return luma === undefined ? 100 : jpegQuality(luma)
}

/**
 * JPEG to JPEG. Chroma stays halved where it is; full chroma is kept only where halving it would be seen.
 * An HDR picture keeps its gain map, or stays the original.
 */
export async function encodeJpeg(work: Work, found: JpegFacts | undefined): Promise<Encoded | KeptReason> {
  const wanted = QUALITY[work.quality].jpeg
  // A print file shows in other colours in every browser: as sRGB it is worth having at any saving.
  const print = work.facts.space === 'cmyk'
  const quality = print ? wanted : requality(sourceQuality(found), wanted)
  if (quality === undefined) return 'already_compressed'

  const { name, options } = chooseRung(JPEG_RUNGS, work)
  const coloured = work.facts.space !== 'b-w' && found?.subsampled !== true
  let picture: () => Sharp = () => preparedWithProfile(work)
  let full = false
  if (coloured) {
    const pixels = await decodePixels(work, false)
    full = needsFullChroma(pixels)
    if (work.colour !== 'keep')
      picture = () => sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } })
  }
  const chromaSubsampling = full ? '4:4:4' : '4:2:0'
  const bytes = await inOneGo(work, () =>
    picture()
      .jpeg({ ...options, progressive: true, quantisationTable: 3, quality, chromaSubsampling })
      .toBuffer(),
  )
  if (found?.gainMap === true) {
    const hdr = await encodeGainMap(work, bytes)
    if (hdr === undefined) return 'high_dynamic_range'
    return {
      bytes: hdr,
      format: 'jpeg',
      settings: `${name} q${quality} ${chromaSubsampling} table3 gainmap`,
      lossy: true,
    }
  }
  return { bytes, format: 'jpeg', settings: `${name} q${quality} ${chromaSubsampling} table3`, lossy: !print }
}
