import type { IccFacts } from './container/icc.ts'
import type { ImageFacts } from './types.ts'

/**
 * What becomes of a picture's colours:
 * `plain`: the numbers stay and no profile goes out: untagged, or sRGB in everything but name.
 * `keep`: the numbers stay and so does the profile (Display P3, Adobe RGB, grey curves): nothing is clipped.
 * `convert`: to sRGB, through the profile if there is one: CMYK, lookup tables, and profiles that cost more than they give.
 */
export type ColourPlan = 'plain' | 'keep' | 'convert'

// Profiles made of three primaries and curves are 400 to 4,000 bytes. Larger ones describe printers and scanners.
const MAX_KEPT_PROFILE_BYTES = 4096

/** `icc` is undefined where there is no profile or none that can be read (browsers then show the picture as sRGB). */
export function planColour(facts: ImageFacts, icc: IccFacts | undefined): ColourPlan {
  if (facts.space === 'cmyk') return 'convert'
  if (icc === undefined) return 'plain'
  const grey = facts.space === 'b-w' || facts.space === 'grey16'
  // A profile for another kind of picture than this one is ignored by browsers.
  if (icc.space !== (grey ? 'GRAY' : 'RGB ')) return 'plain'
  if (icc.srgb) return 'plain'
  if (grey || icc.matrix) return icc.bytes <= MAX_KEPT_PROFILE_BYTES ? 'keep' : 'convert'
  return 'convert'
}
