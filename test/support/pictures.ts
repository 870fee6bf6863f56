import sharp from 'sharp'

/** A picture that compresses about as badly as a photograph: blobs of colour under grain. */
export async function photograph(width: number, height: number, seed = 1): Promise<Buffer> {
  const blobs = Array.from({ length: 24 }, (_, i) => {
    const at = (n: number) => ((i * 7919 + n * 104_729 + seed * 31_337) % 1000) / 1000
    return `<ellipse cx="${(at(1) * width).toFixed(0)}" cy="${(at(2) * height).toFixed(0)}" rx="${(at(3) * width * 0.3 + 5).toFixed(0)}" ry="${(at(4) * height * 0.3 + 5).toFixed(0)}" fill="hsl(${(at(5) * 360).toFixed(0)} ${(at(6) * 50 + 20).toFixed(0)}% ${(at(7) * 60 + 20).toFixed(0)}%)" fill-opacity=".6"/>`
  })
  const base = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#789"/>${blobs.join('')}</svg>`,
  )
  const grain = await sharp({
    create: { width, height, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 14 } },
  })
    .png({ compressionLevel: 0 })
    .toBuffer()
  return sharp(base)
    .composite([{ input: grain, blend: 'soft-light' }])
    .removeAlpha()
    .png({ compressionLevel: 0 })
    .toBuffer()
}

/** The same as a camera would save it. */
export async function cameraJpeg(width: number, height: number, seed = 1, orientation = 1): Promise<Buffer> {
  return sharp(await photograph(width, height, seed))
    .withMetadata({ orientation })
    .jpeg({ quality: 96, chromaSubsampling: '4:4:4' })
    .toBuffer()
}

/** Mean absolute difference of two pictures in 8-bit sRGB over alpha-blended white, 0 to 255; both have to have the same displayed size. */
export async function meanDifference(one: Buffer, other: Buffer): Promise<number> {
  const raw = (bytes: Buffer) =>
    sharp(bytes)
      .autoOrient()
      .toColourspace('srgb')
      .flatten({ background: '#fff' })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
  const [a, b] = await Promise.all([raw(one), raw(other)])
  if (a.info.width !== b.info.width || a.info.height !== b.info.height || a.info.channels !== b.info.channels) {
    throw new Error(
      `Expected pictures of one size, got ${a.info.width}×${a.info.height} and ${b.info.width}×${b.info.height}.`,
    )
  }
  let sum = 0
  for (let i = 0; i < a.data.length; i++) sum += Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0))
  return sum / a.data.length
}
