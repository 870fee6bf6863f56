import sharp from 'sharp'

/** libvips' names for the decoders of what this room reads, from memory. Uhdr: JPEG with an HDR gain map. */
const NEEDED = ['Jpeg', 'Uhdr', 'Png', 'Webp', 'Heif', 'Nsgif', 'Tiff']

/**
 * Leaves libvips only the decoders that are needed here. It chooses one by a look of its own at the bytes, so whatever else it
 * was built with could be reached by a file made for that: SVG, CSV, matrices, its own format, all that reads from disk.
 * For the whole process and for good; to be called where strangers' pictures are opened and nothing else is.
 */
export function blockUnneededLoaders(): void {
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: NEEDED.map((name) => `VipsForeignLoad${name}Buffer`) })
}
