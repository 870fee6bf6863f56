// The test originals: two pictures nobody could mistake for each other, drawn anew so that no file has to be shipped.
import sharp from 'sharp'

/** Skies far apart in every channel that counts. The first is timed, so it is large enough to be work. */
const PROBES = {
  first: { width: 1200, height: 900, top: '#102a80', bottom: '#70b0ff' },
  second: { width: 320, height: 240, top: '#902010', bottom: '#ffb060' },
} as const
export type ProbePicture = keyof typeof PROBES

/** Side of the miniature that is compared. */
const LOOK = 8
/** Mean difference per channel, 0 to 255, below which two miniatures show the same: encoders change far less. */
const SAME = 12

const drawn = new Map<ProbePicture, Promise<Buffer>>()

/** A JPEG of high quality with grain, as a camera makes it: compressing it has to make it smaller. Drawn once. */
export function drawProbe(which: ProbePicture): Promise<Buffer> {
  const picture = drawn.get(which) ?? draw(which)
  drawn.set(which, picture)
  return picture
}

async function draw(which: ProbePicture): Promise<Buffer> {
  const { width, height, top, bottom } = PROBES[which]
  const scene = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient>
    <rect width="${width}" height="${height}" fill="url(#sky)"/><circle cx="70%" cy="33%" r="18%" fill="#fff8d0" fill-opacity=".8"/></svg>`
  const grain = await sharp({
    create: { width, height, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 10 } },
  })
    .png({ compressionLevel: 1 })
    .toBuffer()
  return sharp(Buffer.from(scene))
    .composite([{ input: grain, blend: 'soft-light' }])
    .removeAlpha()
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer()
}

/** Its size in pixels. */
export function sizeOf(which: ProbePicture): { width: number; height: number } {
  return PROBES[which]
}

/** What bytes are, when looked at instead of believed. */
export interface Look {
  contentType: string
  width: number
  height: number
  /** Which of the two it shows, in whatever size. */
  shows: ProbePicture | 'something else'
}

/** @returns undefined for what is no picture. */
export async function lookAt(bytes: Buffer): Promise<Look | undefined> {
  try {
    const { format, width, height, compression } = await sharp(bytes).metadata()
    const seen = await miniature(bytes)
    const shows = difference(seen, await known('first')) < SAME ? 'first' : 'second'
    const fits = shows === 'first' || difference(seen, await known('second')) < SAME
    const name = format === 'heif' && compression === 'av1' ? 'avif' : format
    return { contentType: `image/${name}`, width, height, shows: fits ? shows : 'something else' }
  } catch {
    return undefined
  }
}

async function miniature(bytes: Buffer): Promise<Buffer> {
  const image = sharp(bytes).toColourspace('srgb').removeAlpha()
  return image.resize(LOOK, LOOK, { fit: 'fill' }).raw().toBuffer()
}

async function known(which: ProbePicture): Promise<Buffer> {
  return miniature(await drawProbe(which))
}

function difference(one: Buffer, other: Buffer): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY
  return one.reduce((sum, value, at) => sum + Math.abs(value - (other[at] ?? 0)), 0) / one.length
}
