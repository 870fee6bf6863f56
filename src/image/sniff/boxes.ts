import type { Sniffed } from '../sniff.ts'

const AVIF: Sniffed = { contentType: 'image/avif', media: 'image', format: 'avif' }
const HEIC: Sniffed = { contentType: 'image/heic', media: 'image', format: 'heic' }
const HEIC_SEQUENCE: Sniffed = { contentType: 'image/heic-sequence', media: 'image', format: 'heic' }

const HEVC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis'])
const HEVC_SEQUENCE_BRANDS = new Set(['hevc', 'hevx', 'hevm', 'hevs'])

/**
 * ISO base media files (ISO/IEC 14496-12): the brands of the first box say whether it is a picture (AVIF, HEIF), sound or film.
 * A generic image brand (`mif1`, `msf1`) leaves it to the compatible brands which codec is inside.
 */
export function sniffBoxes(bytes: Uint8Array): Sniffed | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const type = view.toString('latin1', 4, 8)
  if (type === 'moov' || type === 'mdat' || type === 'wide') return { contentType: 'video/quicktime', media: 'video' }
  if (type !== 'ftyp' || view.length < 12) return undefined
  const size = Math.min(view.readUInt32BE(0), view.length)
  const major = view.toString('latin1', 8, 12)
  const brands = [major]
  for (let at = 16; at + 4 <= size; at += 4) brands.push(view.toString('latin1', at, at + 4))

  if (major === 'avif' || major === 'avis') return AVIF
  if (HEVC_BRANDS.has(major)) return HEIC
  if (HEVC_SEQUENCE_BRANDS.has(major)) return HEIC_SEQUENCE
  if (major === 'mif1' || major === 'msf1' || major === 'mif2' || major === 'miaf') {
    if (brands.includes('avif') || brands.includes('avis')) return AVIF
    return major === 'msf1' ? HEIC_SEQUENCE : HEIC
  }
  if (major === 'crx ') return { contentType: 'image/x-canon-cr3', media: 'image' }
  if (major === 'M4A ' || major === 'M4B ' || major === 'M4P ') return { contentType: 'audio/mp4', media: 'audio' }
  if (major === 'qt  ') return { contentType: 'video/quicktime', media: 'video' }
  if (major.startsWith('3g')) return { contentType: 'video/3gpp', media: 'video' }
  return { contentType: 'video/mp4', media: 'video' }
}
