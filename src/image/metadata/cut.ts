import { cutGif } from './gif.ts'
import { cutHeif } from './heif.ts'
import { cutJpeg } from './jpeg.ts'
import { cutPng } from './png.ts'
import type { Removed } from './removed.ts'
import { cutWebp } from './webp.ts'

/** What `cutMetadata` did. */
export interface Cut {
  /** The file to send: a new one, or the very Buffer that came in. */
  readonly bytes: Buffer
  readonly changed: boolean
  /** Kinds of things that were cut, e.g. 'exif', 'xmp', 'iptc', 'comment', 'text', 'trailing data'. Empty when unchanged. */
  readonly removed: readonly string[]
  /** False: a format or a structure not known through and through, so nothing was touched and anything may still be in it. */
  readonly understood: boolean
}

const CUTTERS: Readonly<Record<string, (source: Buffer) => Removed | undefined>> = {
  jpeg: cutJpeg,
  jpg: cutJpeg,
  png: cutPng,
  webp: cutWebp,
  gif: cutGif,
  avif: cutHeif,
  heif: cutHeif,
  heic: cutHeif,
}

/**
 * Cuts personal metadata out of a picture without touching its pixels. Goes: EXIF with GPS, camera and maker notes, XMP,
 * IPTC, comments, text, timestamps, thumbnails, private chunks, and whatever follows the picture's end. Stays: what display
 * needs: orientation (as an EXIF block with that tag alone, and only where it is not 1), colour profile and colour chunks,
 * density (but not the one that EXIF states), transparency, animation. A JPEG's HDR gain map stays with an index and
 * numbers written anew; where that cannot be done it goes, and 'gain map' is among what was removed. AVIF and HEIC are
 * blanked in place.
 *
 * Linear in the file's length (1 ms per MB), allocates in the order of it, never throws. A damaged file is never rewritten.
 *
 * @param source the whole file; it is not written to
 * @param format its format, by content: jpeg, png, webp, gif, avif, heic or heif; any other is not understood
 */
export function cutMetadata(source: Buffer, format: string): Cut {
  const cutter = Object.hasOwn(CUTTERS, format) ? CUTTERS[format] : undefined
  const cut = cutter?.(source)
  if (cut === undefined) return { bytes: source, changed: false, removed: [], understood: false }
  if (cut.bytes === source) return { bytes: source, changed: false, removed: [], understood: true }
  return { bytes: cut.bytes, changed: true, removed: cut.removed, understood: true }
}
