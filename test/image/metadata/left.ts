/** Words that only metadata about a person, a camera or an editing history brings into a picture's file. */
const WORDS: readonly { name: string; word: Buffer }[] = [
  { name: 'iptc', word: latin1('Photoshop 3.0\0') },
  { name: 'text', word: latin1('Raw profile type ') },
  { name: 'text', word: latin1('XML:com.adobe.xmp') },
  { name: 'video', word: latin1('ftypmp4') },
  { name: 'video', word: latin1('ftypisom') },
  { name: 'xmp', word: latin1('http://ns.adobe.com/xmp/extension/\0') },
  // Namespaces, as XMP declares them in whatever container.
  { name: 'xmp', word: latin1('http://ns.adobe.com/exif/1.0/') },
  { name: 'xmp', word: latin1('http://ns.adobe.com/tiff/1.0/') },
  { name: 'xmp', word: latin1('http://ns.adobe.com/photoshop/1.0/') },
  { name: 'xmp', word: latin1('http://ns.adobe.com/xap/1.0/mm/') },
  { name: 'xmp', word: latin1('="http://ns.adobe.com/xap/1.0/"') },
  { name: 'xmp', word: latin1('http://ns.google.com/photos/1.0/camera/') },
  { name: 'xmp', word: latin1('http://purl.org/dc/elements/1.1/') },
  { name: 'xmp', word: latin1('http://iptc.org/std/') },
]

const GPS_POINTER = 0x8825
const ORIENTATION = 0x0112
/** A multi-picture index is a TIFF block as well; its tags stand here. */
const PICTURE_TAGS = 0xb000
/** More entries than a first directory has. What claims more is not one, and must not cost time. */
const MAX_ENTRIES = 64

/**
 * Is there personal metadata left in these bytes? Looks for signatures anywhere, whatever the format and however damaged
 * the file, and so also in what `cutMetadata` did not understand. Made for logs and tests: it does not see into compressed
 * text and does not know GIF comments. Reads the file about fifteen times over (some ms per MB): nothing for every request.
 *
 * @returns names of what was found: 'exif', 'gps', 'xmp', 'iptc', 'text', 'video'; empty where nothing was
 */
export function findPersonalMetadata(source: Buffer): readonly string[] {
  const found = new Set<string>()
  for (const { name, word } of WORDS) if (source.includes(word)) found.add(name)
  for (const order of ['II*\0', 'MM\0*']) {
    const mark = latin1(order)
    for (let at = source.indexOf(mark); at >= 0; at = source.indexOf(mark, at + 1)) {
      for (const name of readDirectory(source.subarray(at), order === 'II*\0')) found.add(name)
    }
  }
  return [...found]
}

/** What the first directory of a TIFF block gives away; nothing where it is no such block. */
function readDirectory(tiff: Buffer, little: boolean): readonly string[] {
  const u16 = (at: number): number => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  if (tiff.length < 10) return []
  const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  if (directory + 2 > tiff.length) return []
  const count = u16(directory)
  if (count > MAX_ENTRIES || directory + 2 + 12 * count > tiff.length) return []
  const names = new Set<string>()
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + 12 * index
    const tag = u16(entry)
    const type = u16(entry + 2)
    // No TIFF type has another number: these bytes only look like a block.
    if (type < 1 || type > 13) return []
    if (tag === GPS_POINTER) names.add('gps')
    if (tag !== ORIENTATION && tag >> 12 !== PICTURE_TAGS >> 12) names.add('exif')
  }
  return [...names]
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
