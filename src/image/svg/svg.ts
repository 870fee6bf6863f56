// An SVG that may be shown as one. It is a program as much as a picture: what goes out has been taken apart, made harmless,
// made smaller, and looked at again as if somebody else had made it.
import { MAX_SVG_BYTES } from '../policy.ts'
import { cleanSvg } from './clean.ts'
import { isHarmlessSvg } from './harmless.ts'
import { minifySvg } from './minify.ts'
import { write } from './tree.ts'

/** More tags, attributes and references are no drawing anybody waits for; fewer are looked at in a second or two. */
const MAX_MARKS = 150_000

export interface HarmlessSvg {
  bytes: Buffer
  /** For the log. */
  settings: 'svgo' | 'cleaned' | 'original'
}

/**
 * The same drawing, harmless and never larger, or undefined where that cannot be promised: compressed or not UTF-8, not
 * well-formed, with entities of its own, too large, or such that its parts multiply. Which of them depends on the bytes alone,
 * and without svgo, which is given bounded work (minify.ts), it takes time in proportion to their number. Rejects only where
 * svgo cannot be loaded, a fault of the place and not of the file.
 */
export async function harmlessSvg(source: Buffer): Promise<HarmlessSvg | undefined> {
  const text = textOf(source)
  if (text === undefined) return undefined
  const tag = cleanSvg(text)
  if (tag === undefined) return undefined
  const cleaned = write(tag)
  if (!isHarmlessSvg(cleaned)) return undefined
  const small = await minifySvg(cleaned, tag)
  const ways: [HarmlessSvg['settings'], Buffer][] = [
    ['original', source],
    ['cleaned', Buffer.from(cleaned)],
    ...(small === undefined ? [] : [['svgo', Buffer.from(small)] satisfies [HarmlessSvg['settings'], Buffer]]),
  ]
  for (const [settings, bytes] of ways.sort(([, one], [, other]) => one.length - other.length)) {
    if (bytes.length > source.length) break
    if (isHarmlessSvg(bytes.toString('utf8'))) return { bytes, settings }
  }
  return undefined
}

/** Undefined for what is not plain UTF-8, whatever a declaration may say: a browser could read other letters than we did. */
function textOf(source: Buffer): string | undefined {
  if (source.length > MAX_SVG_BYTES) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(source)
    if ((text.match(/[<=&]/g)?.length ?? 0) > MAX_MARKS) return undefined
    const declared = /^<\?xml[^>]*?\bencoding\s*=\s*["']([^"']*)/.exec(text)?.[1]
    return declared === undefined || /^(?:utf-?8|us-ascii)$/i.test(declared) ? text : undefined
  } catch {
    return undefined
  }
}
