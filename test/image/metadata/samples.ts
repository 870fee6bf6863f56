import sharp, { type JpegOptions, type PngOptions, type Sharp, type WebpOptions } from 'sharp'

/** Stands in everything personal that the samples carry, so that one search finds whatever was left. */
export const SECRET = 'SECRET-of-the-owner'

const EXIF = {
  IFD0: { Make: SECRET, Model: SECRET, Artist: SECRET, Copyright: SECRET },
  IFD2: { BodySerialNumber: SECRET, LensModel: SECRET, UserComment: SECRET },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '51/1 30/1 3230/100',
    GPSLongitudeRef: 'W',
    GPSLongitude: '0/1 7/1 4366/100',
  },
}

export const XMP =
  '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
  '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""' +
  ' xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"' +
  ` exif:GPSLatitude="51,30.538N" dc:creator="${SECRET}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`

/** A picture that no two pixels of are likely to be equal, so that any change of the decoding shows. */
export function picture(width: number, height: number, channels: 3 | 4 = 3): Sharp {
  const pixels = Buffer.alloc(width * height * channels)
  for (let at = 0; at < pixels.length; at++) pixels[at] = (at * 73 + Math.floor(at / 7) * 31) & 0xff
  return sharp(pixels, { raw: { width, height, channels } })
}

/** The same with everything personal that sharp can write, sideways, in a wide gamut. */
export function personalPicture(width: number, height: number, channels: 3 | 4 = 3): Sharp {
  return picture(width, height, channels)
    .withMetadata({ orientation: 6, density: 144 })
    .withExif(EXIF)
    .withXmp(XMP)
    .withIccProfile('p3')
}

/** A JPEG segment. */
export function segment(marker: number, payload: string | Buffer): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload
  return Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 0xff]), body])
}

/** Puts segments behind the SOI of a JPEG. */
export function withSegments(jpeg: Buffer, ...segments: readonly Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)])
}

/** A TIFF block with the entries given, as EXIF has it: [tag, type, count, inline value]. */
export function tiff(entries: readonly (readonly [number, number, number, number])[], little = false): Buffer {
  const block = Buffer.alloc(14 + entries.length * 12)
  const u16 = (value: number, at: number): number =>
    little ? block.writeUInt16LE(value, at) : block.writeUInt16BE(value, at)
  const u32 = (value: number, at: number): number =>
    little ? block.writeUInt32LE(value, at) : block.writeUInt32BE(value, at)
  block.write(little ? 'II' : 'MM', 'latin1')
  u16(42, 2)
  u32(8, 4)
  u16(entries.length, 8)
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = 10 + index * 12
    u16(tag, at)
    u16(type, at + 2)
    u32(count, at + 4)
    if (type === 1) block.writeUInt8(value, at + 8)
    else if (type === 3) u16(value, at + 8)
    else u32(value, at + 8)
  }
  return block
}

/** An EXIF segment with an orientation and a camera pointer that leads nowhere. */
export function exifSegment(orientation: number, { little = false, type = 3 } = {}): Buffer {
  const block = tiff(
    [
      [0x0112, type, 1, orientation],
      [0x8825, 4, 1, 0],
    ],
    little,
  )
  return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block]))
}

/** A JPEG with one of everything that is to be cut, in all the places where it may stand. */
export async function personalJpeg(options: JpegOptions = {}): Promise<Buffer> {
  const plain = await personalPicture(48, 32).jpeg(options).toBuffer()
  const late = Buffer.concat([plain.subarray(0, -2), segment(0xfe, SECRET), segment(0xe4, SECRET), plain.subarray(-2)])
  const full = withSegments(
    late,
    segment(0xe0, `JFXX\0\x10${SECRET}`),
    segment(0xe1, `http://ns.adobe.com/xmp/extension/\0${SECRET}`),
    segment(0xe2, `FPXR\0${SECRET}`),
    segment(0xeb, `JP\0\0${SECRET}`),
    segment(0xed, `Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x18${SECRET}`),
    segment(0xee, `Ducky${SECRET}`),
    segment(0xfe, ''),
    segment(0xfe, SECRET),
  )
  return Buffer.concat([full, Buffer.from(`\0\0\0\x18ftypmp42${SECRET}`, 'latin1')])
}

/** The CRC of PNG, bit by bit: slow, and written apart from the one under test. */
function crc(bytes: Buffer): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0)
  }
  return (value ^ 0xffffffff) >>> 0
}

/** A PNG chunk. */
export function chunk(type: string, data: string | Buffer): Buffer {
  const body = Buffer.concat([
    Buffer.from(type, 'latin1'),
    typeof data === 'string' ? Buffer.from(data, 'latin1') : data,
  ])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(body.length - 4, 0)
  frame.writeUInt32BE(crc(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** The chunks of a PNG, each with its frame and whether its CRC is right. */
export function chunksOf(png: Buffer): readonly { type: string; bytes: Buffer; sound: boolean }[] {
  const found: { type: string; bytes: Buffer; sound: boolean }[] = []
  for (let at = 8; at < png.length;) {
    const end = at + 12 + png.readUInt32BE(at)
    const body = png.subarray(at + 4, end - 4)
    found.push({
      type: body.toString('latin1', 0, 4),
      bytes: png.subarray(at, end),
      sound: crc(body) === png.readUInt32BE(end - 4),
    })
    at = end
  }
  return found
}

/** Puts chunks behind the IHDR of a PNG, and others before its IEND. */
export function withChunks(png: Buffer, early: readonly Buffer[], late: readonly Buffer[] = []): Buffer {
  return Buffer.concat([png.subarray(0, 33), ...early, png.subarray(33, -12), ...late, png.subarray(-12)])
}

/** A PNG with one of everything that is to be cut. */
export async function personalPng(options: PngOptions = {}): Promise<Buffer> {
  const plain = await personalPicture(48, 32, 4).png(options).toBuffer()
  const full = withChunks(
    plain,
    [chunk('tEXt', `Author\0${SECRET}`), chunk('tIME', Buffer.from([7, 233, 11, 21, 6, 0, 0])), chunk('prVt', SECRET)],
    [chunk('iTXt', `Comment\0\0\0\0\0${SECRET}`), chunk('caBX', SECRET)],
  )
  return Buffer.concat([full, Buffer.from(SECRET)])
}

/** A RIFF chunk. */
export function riff(type: string, data: string | Buffer): Buffer {
  const body = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)])
}

/** The file with chunks put at its end, inside the RIFF. */
export function withRiff(webp: Buffer, ...chunks: readonly Buffer[]): Buffer {
  const whole = Buffer.concat([webp, ...chunks])
  whole.writeUInt32LE(whole.length - 8, 4)
  return whole
}

/** The chunks of a WebP by name. */
export function riffOf(webp: Buffer): readonly { type: string; data: Buffer }[] {
  const found: { type: string; data: Buffer }[] = []
  for (let at = 12; at < webp.length;) {
    const bytes = webp.readUInt32LE(at + 4)
    found.push({ type: webp.toString('latin1', at, at + 4), data: webp.subarray(at + 8, at + 8 + bytes) })
    at += 8 + bytes + (bytes % 2)
  }
  return found
}

/** A WebP with one of everything that is to be cut. */
export async function personalWebp(options: WebpOptions = {}): Promise<Buffer> {
  const plain = await personalPicture(48, 32, 4).webp(options).toBuffer()
  return Buffer.concat([withRiff(plain, riff('PRVT', `${SECRET}!!`)), Buffer.from(SECRET)])
}

/** A GIF of two frames that loops three times, with a comment and XMP before and between the frames. */
export async function personalGif(): Promise<Buffer> {
  const frames = [0, 1].map((index) =>
    sharp({ create: { width: 16, height: 16, channels: 3, background: index ? '#fff' : '#06c' } })
      .png()
      .toBuffer(),
  )
  const plain = await sharp(await Promise.all(frames), { join: { animated: true } })
    .gif({ loop: 3, delay: [70, 120] })
    .toBuffer()
  const block = (label: number, ...parts: readonly string[]): Buffer =>
    Buffer.concat([
      Buffer.from([0x21, label]),
      ...parts.map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')])),
      Buffer.from([0]),
    ])
  const head = 13 + (plain.readUInt8(10) & 0x80 ? 3 * 2 ** ((plain.readUInt8(10) & 7) + 1) : 0)
  return Buffer.concat([
    plain.subarray(0, head),
    block(0xfe, SECRET, SECRET),
    block(0xff, 'XMP DataXMP', `<${SECRET}>`),
    plain.subarray(head, -1),
    block(0xfe, SECRET),
    plain.subarray(-1),
  ])
}

/** An AVIF with EXIF and XMP. */
export async function personalAvif(): Promise<Buffer> {
  return personalPicture(48, 32).avif({ effort: 0 }).toBuffer()
}

/** The pixels, all pages, not turned. */
export async function pixels(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes, { animated: true, failOn: 'none', limitInputPixels: false }).raw().toBuffer()
}
