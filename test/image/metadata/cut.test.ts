import sharp from 'sharp'
import { cutMetadata } from '../../../src/image/metadata/cut.ts'

describe('cutMetadata', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('keeps pixels and orientation of a %s and drops its camera', async (format) => {
    const source = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#a53' } })
      .withExif({ IFD0: { Make: 'Secret Camera', Orientation: '6' } })
      .toFormat(format)
      .toBuffer()
    const cut = cutMetadata(source, format)
    expect(cut).toMatchObject({ changed: true, understood: true, removed: ['exif'] })
    expect(cut.bytes.includes('Secret Camera')).toBe(false)
    expect((await sharp(cut.bytes).metadata()).orientation).toBe(6)
    expect(await sharp(cut.bytes).raw().toBuffer()).toEqual(await sharp(source).raw().toBuffer())
  })
})
