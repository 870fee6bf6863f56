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

/**
 * Mean absolute difference of two pictures in 8-bit sRGB over white, 0 to 255; both have to have the same displayed size.
 * Large ones are compared scaled down: what is looked for is a wrong colour, turn or crop, not grain.
 */
export async function meanDifference(one: Buffer, other: Buffer): Promise<number> {
  const raw = (bytes: Buffer) =>
    sharp(bytes)
      .autoOrient()
      .resize(1000, 1000, { fit: 'inside', withoutEnlargement: true })
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

/** One small picture of every format, depth and colour space that sharp can write, by name. */
export async function formatSamples(): Promise<Map<string, Buffer>> {
  const photo = await photograph(240, 160)
  const from = () => sharp(photo)
  const samples = new Map<string, Promise<Buffer>>()
  for (let orientation = 1; orientation <= 8; orientation++) {
    samples.set(
      `jpeg-orientation-${orientation}.jpg`,
      from().withMetadata({ orientation }).jpeg({ quality: 97 }).toBuffer(),
    )
  }
  samples.set('jpeg-progressive.jpg', from().jpeg({ quality: 97, progressive: true }).toBuffer())
  samples.set('jpeg-grey.jpg', from().toColourspace('b-w').jpeg({ quality: 97 }).toBuffer())
  samples.set('jpeg-cmyk.jpg', from().toColourspace('cmyk').jpeg({ quality: 97 }).toBuffer())
  samples.set('jpeg-p3.jpg', from().withIccProfile('p3').jpeg({ quality: 97 }).toBuffer())
  samples.set('png-rgb.png', from().png({ compressionLevel: 1 }).toBuffer())
  samples.set('png-16.png', from().toColourspace('rgb16').png({ compressionLevel: 1 }).toBuffer())
  samples.set('png-grey.png', from().toColourspace('b-w').png({ compressionLevel: 1 }).toBuffer())
  samples.set('png-palette.png', from().png({ palette: true, colours: 32 }).toBuffer())
  samples.set('png-alpha.png', from().ensureAlpha(0.5).png({ compressionLevel: 1 }).toBuffer())
  samples.set('webp-lossy.webp', from().webp({ quality: 97 }).toBuffer())
  samples.set('webp-lossless.webp', from().webp({ lossless: true, effort: 1 }).toBuffer())
  samples.set('avif.avif', from().avif({ quality: 85, effort: 1 }).toBuffer())
  samples.set('tiff.tiff', from().tiff({ compression: 'none' }).toBuffer())
  const frames = await Promise.all([1, 2, 3].map((seed) => photograph(80, 60, seed)))
  const delay = [40, 120, 300]
  samples.set(
    'animated.gif',
    sharp(frames, { join: { animated: true } })
      .gif({ delay, loop: 2 })
      .toBuffer(),
  )
  samples.set(
    'animated.webp',
    sharp(frames, { join: { animated: true } })
      .webp({ delay, loop: 2, quality: 95 })
      .toBuffer(),
  )
  return new Map(await Promise.all([...samples].map(async ([name, bytes]) => [name, await bytes] as const)))
}
