import sharp from 'sharp'

import type { Shown } from './scorer.ts'

/** What a browser would show, on white where it is transparent. */
export async function shown(bytes: Buffer): Promise<Shown> {
  const { data, info } = await sharp(bytes, { limitInputPixels: false })
    .toColourspace('srgb')
    .flatten({ background: '#fff' })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  if (info.channels === 3) return { data, width: info.width, height: info.height }
  return shown(await sharp(data, { raw: info }).toColourspace('srgb').png().toBuffer())
}
