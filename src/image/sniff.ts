import { sniffActive } from './sniff/active.ts'
import { sniffBoxes } from './sniff/boxes.ts'
import { sniffSignature } from './sniff/signatures.ts'
import type { ImageFormat, Media } from './types.ts'

/** Bytes `sniff` wants to see: enough for the longest comment in front of an `<svg`, and for every signature. */
export const SNIFF_BYTES = 4096

export interface Sniffed {
  contentType: string
  media: Media
  format?: ImageFormat
}

/**
 * What some bytes are, by content alone, never by name: the tables of the WHATWG MIME Sniffing standard
 * (https://mimesniff.spec.whatwg.org/), the image and media containers it leaves out, and text that a browser could run.
 * Order matters and is a browser's: a binary signature at the start wins, so a polyglot such as a JPEG with HTML
 * behind it is a JPEG, and what starts with markup is active whatever follows.
 * Unknown bytes are application/octet-stream, `other`. `head` is the first SNIFF_BYTES bytes (fewer if there are fewer).
 */
export function sniff(head: Uint8Array): Sniffed {
  const bytes = head.subarray(0, SNIFF_BYTES)
  return (
    sniffSignature(bytes) ??
    sniffBoxes(bytes) ??
    sniffActive(bytes) ?? { contentType: 'application/octet-stream', media: 'other' }
  )
}
