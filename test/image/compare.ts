import sharp from 'sharp'

// Jest looks every global up through its sandbox; by the million that takes minutes.
const { abs, max: biggest } = Math

export interface Shown {
  data: Buffer
  width: number
  height: number
}

/**
 * What a browser would show: upright, in sRGB, all frames under one another, RGBA of 8 bits.
 * @param mostSide pixels; larger pictures are made that small.
 */
export async function shown(bytes: Buffer, mostSide?: number): Promise<Shown> {
  const { pages, format, depth, hasProfile } = await sharp(bytes).metadata()
  const animated = (pages ?? 1) > 1 && (format === 'gif' || format === 'webp')
  const picture = sharp(bytes, { animated }).autoOrient()
  // sharp takes 16-bit pictures with a profile to P3; this brings them on to sRGB.
  if ((depth as string) === 'ushort' && hasProfile) picture.withIccProfile('srgb')
  if (mostSide !== undefined) picture.resize(mostSide, mostSide, { fit: 'inside', withoutEnlargement: true })
  const { data, info } = await picture
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

export interface Difference {
  /** Largest difference of any channel of any pixel, colours weighted by alpha; 0 to 255. */
  max: number
  mean: number
  /** Largest shift of a channel's mean over the whole picture: a wrong colour space shows here. */
  bias: number
}

/** How different two pictures look. Sizes must agree. */
export async function difference(a: Buffer, b: Buffer, mostSide?: number): Promise<Difference> {
  const [left, right] = await Promise.all([shown(a, mostSide), shown(b, mostSide)])
  expect([right.width, right.height]).toEqual([left.width, left.height])
  const before = left.data
  const after = right.data
  if (before.equals(after)) return { max: 0, mean: 0, bias: 0 }
  let max = 0
  let sum = 0
  let [red, green, blue] = [0, 0, 0]
  for (let i = 0; i < before.length; i += 4) {
    const alphaA = before[i + 3] as number
    const alphaB = after[i + 3] as number
    const r = ((after[i] as number) * alphaB - (before[i] as number) * alphaA) / 255
    const g = ((after[i + 1] as number) * alphaB - (before[i + 1] as number) * alphaA) / 255
    const b = ((after[i + 2] as number) * alphaB - (before[i + 2] as number) * alphaA) / 255
    red += r
    green += g
    blue += b
    const worst = biggest(biggest(abs(r), abs(g)), biggest(abs(b), abs(alphaA - alphaB)))
    sum += worst
    if (worst > max) max = worst
  }
  const pixels = before.length / 4
  return { max, mean: sum / pixels, bias: biggest(abs(red), biggest(abs(green), abs(blue))) / pixels }
}

/** The pixel at a place, as RGB. */
export async function pixelAt(bytes: Buffer, x: number, y: number): Promise<number[]> {
  const { data, width } = await shown(bytes)
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)]
}
