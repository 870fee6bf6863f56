import sharp, { type JpegOptions } from 'sharp'
import { cutMetadata } from '../../../src/image/metadata/cut.ts'
import { walkJpeg } from '../../../src/image/metadata/jpeg-walk.ts'
import { exifSegment, personalJpeg, picture, pixels, SECRET, segment, withSegments } from './samples.ts'

const cut = (bytes: Buffer): ReturnType<typeof cutMetadata> => cutMetadata(bytes, 'jpeg')
const orientationOf = async (bytes: Buffer): Promise<number | undefined> => (await sharp(bytes).metadata()).orientation
const jpeg = (options: JpegOptions = {}): Promise<Buffer> => picture(24, 16).jpeg(options).toBuffer()

/** The markers of a JPEG with the first bytes of their payloads. */
function markers(bytes: Buffer): readonly string[] {
  const found: string[] = []
  walkJpeg(bytes, 0, ({ marker, payload, payloadEnd }) => {
    found.push(`${marker.toString(16)} ${bytes.toString('latin1', payload, Math.min(payloadEnd, payload + 5))}`)
  })
  return found
}

describe('the orientation of a JPEG', () => {
  it.each([2, 3, 4, 5, 6, 7, 8])('stays when it is %d, in either byte order', async (orientation) => {
    for (const little of [false, true]) {
      const { bytes, removed } = cut(withSegments(await jpeg(), exifSegment(orientation, { little })))
      expect(removed).toEqual(['exif'])
      expect(await orientationOf(bytes)).toBe(orientation)
      expect((await sharp(bytes).metadata()).exif).toHaveLength(32)
    }
  })

  it.each([1, 4])('keeps the type of number it was written with (%d), which some readers mind', async (type) => {
    const { bytes } = cut(withSegments(await jpeg(), exifSegment(6, { type })))
    expect(await orientationOf(bytes)).toBe(6)
    expect((await sharp(bytes).metadata()).exif?.readUInt16BE(18)).toBe(type)
  })

  it.each([0, 1, 9, 65535])('needs no EXIF when it is %d', async (orientation) => {
    const source = await jpeg()
    expect(cut(withSegments(source, exifSegment(orientation))).bytes).toEqual(source)
  })

  it('is that of the first EXIF segment, as readers see it', async () => {
    for (const [first, second] of [
      [6, 3],
      [1, 3],
    ] as const) {
      const source = withSegments(await jpeg(), exifSegment(first), exifSegment(second))
      const { bytes } = cut(source)
      expect((await orientationOf(bytes)) ?? 1).toBe(await orientationOf(source))
      expect(markers(bytes).filter((marker) => marker.startsWith('e1'))).toHaveLength(first === 1 ? 0 : 1)
    }
  })

  it('is none where the EXIF is damaged', async () => {
    const source = await jpeg()
    for (const body of ['', 'MM', 'MM\0*\0\0\0\x08', 'II*\0\xff\xff\xff\xff', 'MM\0*\0\0\0\x08\xff\xff\x01\x12']) {
      expect(cut(withSegments(source, segment(0xe1, `Exif\0\0${body}`))).bytes).toEqual(source)
    }
  })
})

describe('cutting a JPEG', () => {
  it('names what it removed', async () => {
    expect([...cut(await personalJpeg()).removed].sort()).toEqual([
      'application data',
      'comment',
      'exif',
      'iptc',
      'thumbnail',
      'trailing data',
      'xmp',
    ])
  })

  it('leaves only coding, density, profile and orientation', async () => {
    const kept = markers(cut(await personalJpeg()).bytes).filter((marker) => /^(?:e|fe)/.test(marker))
    expect(kept).toEqual(['e1 Exif\0', 'e2 ICC_P'].map((marker) => expect.stringContaining(marker) as string))
  })

  it('cuts between the scans of a progressive picture and behind the last one', async () => {
    const plain = await jpeg({ progressive: true })
    const scans: number[] = []
    walkJpeg(plain, 0, ({ marker, start, end }) => {
      if (marker === 0xda) scans.push(start, end)
    })
    expect(scans.length).toBeGreaterThan(4)
    const parts = scans.map((at, index) => plain.subarray(scans[index - 1] ?? 0, at))
    const source = Buffer.concat([
      ...parts.flatMap((part) => [part, segment(0xfe, SECRET), segment(0xe1, `Exif\0\0${SECRET}`)]),
      plain.subarray(scans.at(-1)),
    ])
    expect((await pixels(source)).equals(await pixels(plain))).toBe(true)
    expect(cut(source).bytes.equals(plain)).toBe(true)
  })

  it('keeps the density and drops the thumbnail behind it', async () => {
    const plain = await jpeg()
    const head = segment(0xe0, 'JFIF\0\x01\x02\x01\x01\x2c\x01\x2c\0\0')
    const thumbnail = segment(0xe0, `JFIF\0\x01\x02\x01\x01\x2c\x01\x2c\x02\x03${SECRET.slice(0, 18)}`)
    const bare = withSegments(plain.subarray(0), head)
    const result = cut(withSegments(plain, thumbnail))
    expect(result.bytes.equals(bare)).toBe(true)
    expect(result.removed).toEqual(['thumbnail'])
    expect((await sharp(result.bytes).metadata()).density).toBe(300)
  })

  it('keeps the colour transform of CMYK and of RGB, and nothing that follows it', async () => {
    const cmyk = await picture(24, 16).toColourspace('cmyk').jpeg().toBuffer()
    expect(markers(cmyk)).toContain('ee Adobe')
    const at = cmyk.indexOf('Adobe', 0, 'latin1')
    const longer = Buffer.concat([
      cmyk.subarray(0, at - 4),
      segment(0xee, Buffer.concat([cmyk.subarray(at, at + 12), Buffer.from(SECRET)])),
      cmyk.subarray(at + 12),
    ])
    expect((await pixels(longer)).equals(await pixels(cmyk))).toBe(true)
    expect(cut(longer).bytes.equals(cut(cmyk).bytes)).toBe(true)
  })

  it('keeps a profile in several segments and behind the frame header', async () => {
    const profile = Buffer.alloc(70_000, 'profile ')
    const part = (number: number, from: number): Buffer =>
      segment(
        0xe2,
        Buffer.concat([
          Buffer.from(`ICC_PROFILE\0${String.fromCharCode(number, 2)}`, 'latin1'),
          profile.subarray(from, from + 60_000),
        ]),
      )
    const plain = await jpeg()
    const late: number[] = []
    walkJpeg(plain, 0, ({ marker, end }) => {
      if (marker === 0xc0) late.push(end)
    })
    const at = late[0] ?? 0
    const clean = Buffer.concat([
      plain.subarray(0, 2),
      part(1, 0),
      plain.subarray(2, at),
      part(2, 60_000),
      plain.subarray(at),
    ])
    const personal = withSegments(clean, segment(0xfe, SECRET))
    expect(cut(personal).bytes.equals(clean)).toBe(true)
  })

  it('keeps what readers take for a profile although its name is not ended', async () => {
    const source = withSegments(await jpeg(), segment(0xe2, 'ICC_PROFILE\x01\x01\x01profile'))
    expect(cut(source).bytes).toBe(source)
  })

  it('takes fill bytes before markers and segments without content', async () => {
    const fill = Buffer.from([0xff, 0xff, 0xff])
    const plain = await jpeg()
    const source = withSegments(plain, fill, segment(0xfe, ''), fill, exifSegment(6), segment(0xe7, ''), fill)
    const { bytes, understood } = cut(source)
    expect(understood).toBe(true)
    expect(await orientationOf(bytes)).toBe(6)
    expect((await pixels(bytes)).equals(await pixels(plain))).toBe(true)
    expect(cut(bytes).bytes).toBe(bytes)
  })

  it('reads over restart markers, stuffed zeros and fill bytes in the coded data', () => {
    const frame = segment(0xc0, Buffer.from([8, 0, 8, 0, 8, 1, 1, 0x11, 0]))
    const scan = segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0]))
    const data = Buffer.from([1, 0xff, 0, 2, 0xff, 0xd0, 3, 0xff, 0xff, 0xd7, 4, 0xff, 0xff, 0])
    const head = Buffer.from([0xff, 0xd8])
    const tail = Buffer.from([0xff, 0xd9])
    const plain = Buffer.concat([head, frame, segment(0xdd, Buffer.from([0, 1])), scan, data, tail])
    const source = Buffer.concat([plain.subarray(0, -2), segment(0xfe, SECRET), tail, Buffer.from(SECRET)])
    expect(cut(source)).toEqual({
      bytes: plain,
      changed: true,
      removed: ['comment', 'trailing data'],
      understood: true,
    })
  })

  it('cuts previews that an index names, and a second picture without one', async () => {
    const plain = await jpeg()
    const second = await personalJpeg()
    const source = Buffer.concat([withSegments(plain, segment(0xe2, `MPF\0MM\0*${SECRET}`)), second])
    expect(cut(source)).toMatchObject({ removed: ['previews', 'trailing data'] })
    expect(cut(source).bytes.equals(plain)).toBe(true)
  })

  it.each<[string, (plain: Buffer) => Buffer]>([
    ['is cut short', (plain) => plain.subarray(0, -1)],
    ['ends in the middle of the data', (plain) => plain.subarray(0, -60)],
    ['has bytes between its segments', (plain) => withSegments(plain, segment(0xfe, SECRET), Buffer.from('x'))],
    [
      'has a segment that ends behind the file',
      (plain) => withSegments(plain.subarray(0, 40), Buffer.from([0xff, 0xe1, 0xff, 0xff])),
    ],
    ['has a length below its own two bytes', (plain) => withSegments(plain, Buffer.from([0xff, 0xe1, 0, 1]))],
    ['has a segment without its first byte', (plain) => withSegments(plain, Buffer.from([0xe1, 0, 4, 1, 2]))],
    ['has a number of lines before its first scan', (plain) => withSegments(plain, segment(0xdc, '\0\x10'))],
    [
      'has a scan whose head is of another length',
      (plain) => {
        const bad = Buffer.from(plain)
        bad.writeUInt8(1, bad.lastIndexOf(Buffer.from([0xff, 0xda])) + 4)
        return bad
      },
    ],
    ['has a reserved marker', (plain) => withSegments(plain, segment(0x02, SECRET))],
    ['has a second start of image', (plain) => withSegments(plain, Buffer.from([0xff, 0xd8]), segment(0xfe, SECRET))],
    ['has a hierarchy of frames', (plain) => withSegments(plain, segment(0xde, SECRET))],
    [
      'has two frame headers',
      (plain) => withSegments(plain, segment(0xc0, Buffer.from([8, 0, 8, 0, 8, 1, 1, 0x11, 0]))),
    ],
    ['is only a start', (plain) => plain.subarray(0, 2)],
    [
      'is only a start and a comment',
      () => Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xfe, SECRET), Buffer.from([0xff, 0xd9])]),
    ],
  ])('leaves a file alone that %s', async (_, damage) => {
    const source = damage(withSegments(await jpeg(), exifSegment(6)))
    const result = cut(source)
    expect(result).toEqual({ bytes: source, changed: false, removed: [], understood: false })
    expect(result.bytes).toBe(source)
  })
})
