import { MARKER } from './marker.ts'

/** A suffix key taken apart: `a.jpg__op__resize,w_8__op__rotate,90`. */
export interface SuffixKey {
  readonly sourceKey: string
  /** The texts between the markers, unread: `resize,w_8`. */
  readonly steps: readonly string[]
}

/**
 * Takes a key apart from its end, as long as what follows the last marker can only be meant as a step; so names and
 * directories may contain the marker (`a__op__b.jpg__op__resize,w_8`, `x__op__y/z.jpg__op__resize,w_8`). Where a piece of
 * the name does look like a step, an empty step ends the name: `a__op__info__op____op__resize,w_8`.
 *
 * From the end, because an original may end in `_` or `__op`, and only the last match of the marker is then the right one.
 *
 * @returns undefined if nothing asks for an operation.
 */
export function splitSuffix(key: string, isAction: (name: string) => boolean): SuffixKey | undefined {
  const steps: string[] = []
  let name = key
  for (;;) {
    const at = name.lastIndexOf(MARKER)
    if (at < 0) break
    const step = name.slice(at + MARKER.length)
    if (!looksLikeStep(step, isAction)) break
    name = name.slice(0, at)
    // Nothing between two markers: the name ends here, whatever it contains.
    if (step === '') break
    steps.unshift(step)
  }
  return steps.length === 0 ? undefined : { sourceKey: name, steps }
}

/**
 * A step begins with a name and a comma, or is a name; names of actions have no dot, and no step has a slash. A known
 * action with a slash behind it is most likely a chain in OSS's spelling, which deserves an answer that says so.
 */
function looksLikeStep(text: string, isAction: (name: string) => boolean): boolean {
  const comma = text.indexOf(',')
  const name = comma < 0 ? text : text.slice(0, comma)
  return isAction(name) || !(name.includes('.') || text.includes('/'))
}

/** The key that `splitSuffix` takes apart into these. */
export function joinSuffix({ sourceKey, steps }: SuffixKey, isAction: (name: string) => boolean): string {
  const tail = MARKER + steps.join(MARKER)
  const key = sourceKey + tail
  return splitSuffix(key, isAction)?.sourceKey === sourceKey ? key : sourceKey + MARKER + tail
}
