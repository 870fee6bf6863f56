import sharp from 'sharp'
import { cutMetadata } from '../../../src/image/metadata/cut.ts'
import { findPersonalMetadata } from './left.ts'
import { exifSegment, picture, pixels, SECRET, segment, tiff, withSegments } from './samples.ts'

const XAP = 'http://ns.adobe.com/xap/1.0/\0'
const HDRGM = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"'
const ISO = 'urn:iso:std:iso:ts:21496:-1\0'
const NUMBERS =
  'hdrgm:Version="1.0" hdrgm:GainMapMin="0" hdrgm:GainMapMax="2.5" hdrgm:Gamma="1" hdrgm:OffsetSDR="0.015625"' +
  ' hdrgm:OffsetHDR="0.015625" hdrgm:HDRCapacityMin="0" hdrgm:HDRCapacityMax="2.5" hdrgm:BaseRenditionIsHDR="False"'
const APPLE =
  'xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/" xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/">' +
  '<apdi:AuxiliaryImageType>urn:com:apple:photo:2020:aux:hdrgainmap</apdi:AuxiliaryImageType>' +
  '<HDRGainMap:HDRGainMapVersion>131072</HDRGainMap:HDRGainMapVersion>'

const cut = (bytes: Buffer): ReturnType<typeof cutMetadata> => cutMetadata(bytes, 'jpeg')

/** An XMP segment with one description in it. */
function xmp(description: string): Buffer {
  return segment(
    0xe1,
    `${XAP}<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="${SECRET}"><rdf:RDF` +
      ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
      `<rdf:Description rdf:about="" dc:creator="${SECRET}" ${description}</rdf:Description></rdf:RDF></x:xmpmeta>`,
  )
}

const ANNOUNCED = xmp(
  `${HDRGM} xmlns:Container="http://ns.google.com/photos/1.0/container/"` +
    ' xmlns:Item="http://ns.google.com/photos/1.0/container/item/" hdrgm:Version="1.0"><Container:Directory><rdf:Seq>' +
    '<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>' +
    '<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="9"/>' +
    '</rdf:li></rdf:Seq></Container:Directory>',
)

async function mapPicture(...segments: readonly Buffer[]): Promise<Buffer> {
  const grey = await picture(12, 8).greyscale().jpeg({ quality: 90 }).toBuffer()
  return withSegments(grey, exifSegment(1), ...segments, segment(0xfe, SECRET))
}

/** A file of several pictures with an index of them (CIPA DC-007), little-endian, between other segments. */
async function indexed(
  primary: readonly Buffer[],
  others: readonly Buffer[],
  gap = '',
  late = segment(0xfe, SECRET),
): Promise<Buffer> {
  const plain = await picture(48, 32).jpeg().toBuffer()
  const listAt = 14 + 3 * 12
  const list = Buffer.alloc(16 * (others.length + 1))
  const directory = tiff(
    [
      [0xb000, 7, 4, 0x30303130],
      [0xb001, 4, 1, others.length + 1],
      [0xb002, 7, list.length, listAt],
    ],
    true,
  )
  const head = Buffer.concat([plain.subarray(0, 2), exifSegment(6), ...primary])
  const index = segment(0xe2, Buffer.concat([Buffer.from('MPF\0', 'latin1'), directory, list]))
  const first = Buffer.concat([head, index, late, plain.subarray(2)])
  list.writeUInt32LE(0x030000, 0)
  list.writeUInt32LE(first.length, 4)
  let at = first.length
  for (const [number, other] of others.entries()) {
    at += gap.length
    list.writeUInt32LE(other.length, 16 * (number + 1) + 4)
    list.writeUInt32LE(at - (head.length + 8), 16 * (number + 1) + 8)
    at += other.length
  }
  const full = segment(0xe2, Buffer.concat([Buffer.from('MPF\0', 'latin1'), directory, list]))
  const file = Buffer.concat([head, full, first.subarray(head.length + full.length)])
  return Buffer.concat([file, ...others.flatMap((other) => [Buffer.from(gap), other])])
}

/** The pictures of a file as its index gives them, read apart from the code under test. */
function picturesOf(file: Buffer): readonly Buffer[] {
  const base = file.indexOf('MPF\0MM\0*', 0, 'latin1') + 4
  const count = file.readUInt32BE(base + 10 + 12 + 8)
  const list = base + file.readUInt32BE(base + 10 + 24 + 8)
  return Array.from({ length: count }, (_, number) => {
    const at = list + 16 * number
    const start = number === 0 ? 0 : base + file.readUInt32BE(at + 8)
    return file.subarray(start, start + file.readUInt32BE(at + 4))
  })
}

describe('an HDR picture with a gain map', () => {
  it('keeps its map, its numbers and right offsets, and nothing personal', async () => {
    const map = await mapPicture(xmp(`${HDRGM} ${NUMBERS}>`))
    const source = await indexed([ANNOUNCED, segment(0xe2, `${ISO}\0\0\0\0`)], [map], 'padding')
    const result = cut(source)
    expect(result.removed).not.toContain('gain map')
    expect(result.bytes.includes(SECRET)).toBe(false)
    expect(findPersonalMetadata(result.bytes)).toEqual([])

    const [first, second, ...more] = picturesOf(result.bytes)
    expect(more).toEqual([])
    expect((first?.length ?? 0) + (second?.length ?? 0)).toBe(result.bytes.length)
    expect((await pixels(first ?? Buffer.alloc(0))).equals(await pixels(source))).toBe(true)
    expect((await pixels(second ?? Buffer.alloc(0))).equals(await pixels(map))).toBe(true)
    expect(first?.toString('latin1')).toContain(
      `Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="${second?.length}"`,
    )
    expect(first?.includes(ISO)).toBe(true)
    const numbers = second?.toString('latin1') ?? ''
    for (const number of NUMBERS.split(' ')) expect(numbers).toContain(number)
    expect((await sharp(result.bytes).metadata()).orientation).toBe(6)
  })

  it('is read as one by libultrahdr, before and after', async () => {
    const source = await indexed([ANNOUNCED], [await mapPicture(xmp(`${HDRGM} ${NUMBERS}>`))])
    const was = (await sharp(source).metadata()).gainMap?.image
    const is = (await sharp(cut(source).bytes).metadata()).gainMap?.image
    expect(was && is && (await pixels(is)).equals(await pixels(was))).toBe(true)
  })

  it('is left alone the second time', async () => {
    const { bytes } = cut(await indexed([ANNOUNCED], [await mapPicture(xmp(`${HDRGM} ${NUMBERS}>`))]))
    expect(cut(bytes)).toEqual({ bytes, changed: false, removed: [], understood: true })
    expect(cut(bytes).bytes).toBe(bytes)
  })

  it('keeps three numbers where each channel has its own, under whatever prefix', async () => {
    const map = await mapPicture(
      xmp(
        'xmlns:hg="http://ns.adobe.com/hdr-gain-map/1.0/" hg:Version="1.0" hg:HDRCapacityMax=\'3\'><hg:GainMapMax><rdf:Seq>' +
          '<rdf:li>1.5</rdf:li><rdf:li> 1.25 </rdf:li><rdf:li>-1e-3</rdf:li></rdf:Seq></hg:GainMapMax><hg:Gamma>2</hg:Gamma>',
      ),
    )
    const text = picturesOf(cut(await indexed([ANNOUNCED], [map])).bytes)[1]?.toString('latin1') ?? ''
    expect(text).toContain(
      '<hdrgm:GainMapMax><rdf:Seq><rdf:li>1.5</rdf:li><rdf:li>1.25</rdf:li><rdf:li>-1e-3</rdf:li></rdf:Seq>',
    )
    expect(text).toContain('hdrgm:Version="1.0" hdrgm:HDRCapacityMax="3" hdrgm:Gamma="2"')
  })

  it('keeps a map that only ISO 21496-1 describes', async () => {
    const map = await mapPicture(segment(0xe2, `${ISO}${'\0'.repeat(61)}`))
    const [first, second] = picturesOf(cut(await indexed([segment(0xe2, `${ISO}\0\0\0\0`)], [map])).bytes)
    expect(first?.includes(ISO)).toBe(true)
    expect(second?.includes(ISO)).toBe(true)
    expect(first?.includes('hdrgm')).toBe(false)
  })

  it("keeps Apple's with its headroom, and the letters by which Apple finds it", async () => {
    const map = await mapPicture(xmp(`${APPLE}<HDRGainMap:HDRGainMapHeadroom>4.5</HDRGainMap:HDRGainMapHeadroom>`))
    const source = await indexed([segment(0xe0, 'JFIF\0\x01\x01\x01\0\x48\0\x48\0\0AMPF')], [map])
    const [first, second] = picturesOf(cut(source).bytes)
    expect(first?.includes('AMPF')).toBe(true)
    expect(second?.toString('latin1')).toContain('<HDRGainMap:HDRGainMapHeadroom>4.5</HDRGainMap:HDRGainMapHeadroom>')
  })

  it('loses other pictures, a film and a trailer', async () => {
    const preview = await mapPicture()
    const map = await mapPicture(xmp(`${HDRGM} ${NUMBERS}>`))
    const alone = cut(await indexed([ANNOUNCED], [map]))
    const source = Buffer.concat([
      await indexed([ANNOUNCED], [preview, map, preview]),
      Buffer.from(`ftypmp42${SECRET}`),
    ])
    const result = cut(source)
    expect(result.bytes.equals(alone.bytes)).toBe(true)
    expect(result.removed).toEqual(expect.arrayContaining(['previews', 'trailing data']))
  })

  it.each<[string, () => Promise<Buffer>]>([
    ['has words where numbers belong', () => mapPicture(xmp(`${HDRGM} ${NUMBERS.replace('2.5', SECRET)}>`))],
    ['lacks a number that it cannot be shown without', () => mapPicture(xmp(`${HDRGM} hdrgm:Version="1.0">`))],
    ["is Apple's and has its headroom in the maker notes", () => mapPicture(xmp(APPLE))],
    ['is cut short', async () => (await mapPicture(xmp(`${HDRGM} ${NUMBERS}>`))).subarray(0, -9)],
    ['is no picture', () => Promise.resolve(Buffer.from(SECRET))],
  ])('says so when its map goes because it %s', async (_, map) => {
    const source = await indexed([ANNOUNCED], [await map()])
    const result = cut(source)
    expect(result).toMatchObject({ understood: true })
    expect(result.removed).toContain('gain map')
    expect(result.bytes.includes(SECRET)).toBe(false)
    expect(result.bytes.includes('MPF\0')).toBe(false)
    expect((await pixels(result.bytes)).equals(await pixels(source))).toBe(true)
  })

  it('says so when it has a map and no index of pictures', async () => {
    const plain = await picture(48, 32).jpeg().toBuffer()
    const source = Buffer.concat([withSegments(plain, ANNOUNCED), await mapPicture(xmp(`${HDRGM} ${NUMBERS}>`))])
    expect(cut(source).removed).toEqual(expect.arrayContaining(['gain map', 'trailing data', 'xmp']))
    expect(cut(source).bytes.equals(plain)).toBe(true)
  })

  it('is not looked for inside of the primary picture', async () => {
    const map = await mapPicture(xmp(`${HDRGM} ${NUMBERS}>`))
    const source = await indexed([ANNOUNCED], [Buffer.from(SECRET)], '', segment(0xe5, map))
    const base = source.indexOf('MPF\0II', 0, 'latin1') + 4
    // Where the second entry of the list has its offset.
    source.writeUInt32LE(source.indexOf(map) - base, base + 50 + 16 + 8)
    expect(cut(source).removed).toContain('gain map')
    expect(cut(source).bytes.includes(SECRET)).toBe(false)
  })

  it('takes an index that leads astray for none', async () => {
    const map = await mapPicture(xmp(`${HDRGM} ${NUMBERS}>`))
    const source = await indexed([ANNOUNCED], [map])
    const base = source.indexOf('MPF\0II', 0, 'latin1') + 4
    for (let at = base + 4; at <= base + 78; at += 2) {
      for (const value of [0, 1, 0xffff, 0x7fffffff]) {
        const bad = Buffer.from(source)
        bad.writeUInt32LE(value, at)
        const { bytes, understood } = cut(bad)
        expect(understood).toBe(true)
        expect(bytes.includes(SECRET)).toBe(false)
      }
    }
  })

  it('keeps no more of its numbers than are numbers', async () => {
    const said = `${SECRET} `.repeat(12)
    const iso = await indexed(
      [ANNOUNCED, segment(0xe2, `${ISO}${said}`)],
      [await mapPicture(xmp(`${HDRGM} ${NUMBERS}>`))],
    )
    expect(cut(iso).bytes.includes(SECRET)).toBe(false)
    const headroom = (value: string, more = '') =>
      mapPicture(xmp(`${APPLE}${more}<HDRGainMap:HDRGainMapHeadroom>${value}</HDRGainMap:HDRGainMapHeadroom>`))
    const apple = cut(await indexed([], [await headroom('1.5', `<apdi:NativeFormat>${SECRET}</apdi:NativeFormat>`)]))
    expect([apple.removed.includes('gain map'), apple.bytes.includes(SECRET)]).toEqual([false, false])
    const wrong = cut(await indexed([], [await headroom(SECRET)]))
    expect([wrong.removed.includes('gain map'), wrong.bytes.includes(SECRET)]).toEqual([true, false])
  })

  it('is looked for among the first pictures of the file only', async () => {
    const map = await mapPicture(xmp(`${HDRGM} ${NUMBERS}>`))
    const plain = await picture(4, 4).jpeg().toBuffer()
    const among = async (others: number) =>
      cut(await indexed([ANNOUNCED], [...Array.from({ length: others }, () => plain), map])).removed
    expect(await among(3)).not.toContain('gain map')
    expect(await among(12)).toContain('gain map')
  })
})
