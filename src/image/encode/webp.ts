import type { WebpOptions } from 'sharp'
import { chooseRung } from '../effort.ts'
import { toPixels } from '../png/colours.ts'
import { QUALITY } from '../policy.ts'
import { isGraphic } from '../probe/flat.ts'
import { decodePixels, inOneGo, preparedWithProfile } from '../work.ts'
import type { Encoded, Work } from '../work.ts'
import { WEBP_LOSSLESS_RUNGS, WEBP_LOSSY_RUNGS } from './ladders.ts'
import { MAX_NEARLY_PIXELS, MAX_NEARLY_RATIO, MOST_NEARLY_EFFORT, NEARLY } from './nearly-lossless.ts'

/** How the picture is best coded: `lossless` for drawings, `full` where halved chroma would be seen. */
export interface WebpKind {
  lossless: boolean
  fullChroma: boolean
}

/** A drawing that lies in a lossy file: not known from its format. Decodes. */
async function isHiddenDrawing(work: Work): Promise<boolean> {
  if (work.facts.pages > 1 || work.facts.pixels > MAX_NEARLY_PIXELS) return false
  const pixels = await decodePixels(work, true)
  return isGraphic(toPixels(pixels.data), pixels.width)
}

/** Still or animated; an animation keeps its frames, delays and loop count (libwebp merges frames that are equal). */
export async function encodeWebp(work: Work, kind: WebpKind): Promise<Encoded> {
  const make = (options: WebpOptions): Promise<Buffer> =>
    inOneGo(work, () => preparedWithProfile(work).webp(options).toBuffer())
  const done = (bytes: Buffer, how: string): Encoded => {
    return { bytes, format: 'webp', settings: `webp ${how}`, lossy: !kind.lossless }
  }
  if (kind.lossless) {
    const { effort } = chooseRung(WEBP_LOSSLESS_RUNGS, work)
    return done(await make({ lossless: true, effort }), `lossless e${effort}`)
  }
  const { effort } = chooseRung(WEBP_LOSSY_RUNGS, work)
  const quality = QUALITY[work.quality].webp
  const bytes = await make({ quality, effort, smartSubsample: kind.fullChroma })
  if (kind.fullChroma && (await isHiddenDrawing(work))) {
    const nearlyEffort = Math.min(MOST_NEARLY_EFFORT, chooseRung(WEBP_LOSSLESS_RUNGS, work).effort)
    const nearly = await make({ ...NEARLY, effort: nearlyEffort })
    if (nearly.length <= bytes.length * MAX_NEARLY_RATIO) return done(nearly, `nearly lossless e${nearlyEffort}`)
  }
  return done(bytes, `q${quality}${kind.fullChroma ? ' smart' : ''} e${effort}`)
}
