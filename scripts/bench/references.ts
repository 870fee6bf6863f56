// Pixels that encoders are judged by.
import sharp from 'sharp'

import type { Picture } from './pictures.ts'
import type { Shown } from './score/scorer.ts'
import { shown } from './score/shown.ts'

/** A reference is cut to this: enough to judge by, and the metrics cost 1.5 s a megapixel. */
const WINDOW = { width: 512, height: 384 }

/** Pixels as on a web page (the whole picture, scaled down) and as the camera made them (the middle). */
export async function references({ bytes }: Picture, small: boolean): Promise<Record<string, Shown>> {
  const size = small ? { width: 160, height: 120 } : WINDOW
  const upright = await sharp(bytes)
    .autoOrient()
    .toColourspace('srgb')
    .removeAlpha()
    .png({ compressionLevel: 1 })
    .toBuffer()
  const { width, height } = await sharp(upright).metadata()
  const web = await sharp(upright)
    .resize({ ...size, fit: 'outside', withoutEnlargement: true })
    .png()
    .toBuffer()
  const cut = { width: Math.min(size.width, width), height: Math.min(size.height, height) }
  const native = await sharp(upright)
    .extract({ left: (width - cut.width) >> 1, top: (height - cut.height) >> 1, ...cut })
    .png()
    .toBuffer()
  return { web: await shown(web), native: await shown(native) }
}
