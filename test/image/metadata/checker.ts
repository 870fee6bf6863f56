import sharp from 'sharp'

/** The directory entry that points to a position on earth (tag 0x8825, one LONG), in both byte orders. */
const GPS_ENTRIES = [Buffer.from([0x88, 0x25, 0, 4, 0, 0, 0, 1]), Buffer.from([0x25, 0x88, 4, 0, 1, 0, 0, 0])]
const XMP_MARKS = ['<?xpacket', 'http://ns.adobe.com/exif/1.0/', 'http://ns.adobe.com/xap/1.0/mm/', 'photos/1.0/camera']
const TEXT = /[\x21-\x7e][\x20-\x7e]{7,200}/g

/**
 * What of `before`'s metadata is still in `after`. Written apart from the code under test: it knows no containers, only
 * the blocks as libvips reads them, and bytes.
 */
export async function leaks(before: Buffer, after: Buffer): Promise<readonly string[]> {
  const was = await sharp(before, { limitInputPixels: false }).metadata()
  const is = await sharp(after, { limitInputPixels: false }).metadata()
  // A gain map comes with an XMP of its own, of numbers; libvips names it only where libultrahdr reads it.
  const isHdr = after.includes('http://ns.adobe.com/hdr-gain-map/1.0/') || is.gainMap !== undefined
  const found: string[] = []
  if (GPS_ENTRIES.some((entry) => after.includes(entry))) found.push('gps')
  for (const mark of XMP_MARKS) if (after.includes(mark)) found.push(mark)
  if (is.iptc !== undefined) found.push('iptc')
  if (is.comments !== undefined) found.push('comments')
  // AVIF keeps the room of its items: what is in it must be an empty document and spaces.
  if (is.xmp !== undefined && !isHdr && !/^<x:xmpmeta [^>]*\/> *$/.test(is.xmp.toString('latin1'))) found.push('xmp')
  // Header and a directory of one entry, or of none; JPEG and WebP may have six bytes before it.
  if (is.exif?.subarray(32).some((byte) => byte !== 0)) found.push('exif')

  const profile = was.icc?.toString('latin1') ?? ''
  for (const block of [was.exif, was.iptc, was.xmp]) {
    for (const [text] of block?.toString('latin1').matchAll(TEXT) ?? []) {
      if (profile.includes(text) || (isHdr && /hdr|gain|Item|adobe:ns:meta|rdf|xmlns|xmpmeta/i.test(text))) continue
      // A thumbnail in the EXIF has the Huffman tables that nearly every picture has.
      if (text.includes("&'()*")) continue
      if (after.includes(Buffer.from(text, 'latin1'))) found.push(text)
    }
  }
  return found
}

/** What a picture is shown by, as libvips reads it. An orientation that says nothing is none. */
export async function shownBy(bytes: Buffer): Promise<Record<string, unknown>> {
  const {
    format,
    width,
    height,
    space,
    channels,
    depth,
    hasAlpha,
    pages,
    pageHeight,
    loop,
    delay,
    icc,
    orientation,
    ...rest
  } = await sharp(bytes, { animated: true, limitInputPixels: false }).metadata()
  const { isProgressive, isPalette, bitsPerSample, background, hasProfile, autoOrient } = rest
  return {
    format,
    width,
    height,
    space,
    channels,
    depth,
    hasAlpha,
    pages,
    pageHeight,
    loop,
    delay,
    isProgressive,
    isPalette,
    bitsPerSample,
    background,
    hasProfile,
    autoOrient,
    icc: icc?.toString('base64'),
    orientation: orientation ?? 1,
  }
}
