import { readJpeg } from '../container/jpeg.ts'
import { readWebp } from '../container/webp.ts'
import { toPixels } from '../png/colours.ts'
import { decodePixels } from '../work.ts'
import type { Work } from '../work.ts'
import { isGraphic } from './flat.ts'
import { needsFullChroma } from './hot.ts'

export interface Kind {
  /** A drawing, text or screen: lossless coding is smaller and perfect. */
  graphic: boolean
  /** Halving the chroma would be seen. */
  fullChroma: boolean
}

// Counting needs four bytes a pixel; what is larger than this is taken for a photograph.
const MAX_HELD_PIXELS = 40_000_000

/** What kind of picture this is, for an encoder of another format. Decodes unless the headers say enough. */
export async function kindOf(work: Work): Promise<Kind> {
  const { facts, source } = work
  if (facts.format === 'jpeg' && readJpeg(source)?.subsampled === true) return { graphic: false, fullChroma: false }
  if (facts.format === 'webp') return { graphic: readWebp(source).lossless, fullChroma: false }
  if (facts.pixels > MAX_HELD_PIXELS) return { graphic: false, fullChroma: false }
  const pixels = await decodePixels(work, true)
  return {
    graphic: facts.format !== 'jpeg' && isGraphic(toPixels(pixels.data), pixels.width),
    fullChroma: needsFullChroma(pixels),
  }
}
