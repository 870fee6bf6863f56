let table: Uint32Array | undefined

function buildTable(): Uint32Array {
  const built = new Uint32Array(256)
  for (let index = 0; index < 256; index++) {
    let value = index
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    built[index] = value
  }
  return built
}

/**
 * The CRC of PNG chunks (PNG specification, annex D). Our own because `zlib.crc32` came with Node 20.15.
 *
 * @returns the CRC of the bytes from `start` to `end`, an unsigned 32-bit number
 */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length): number {
  table ??= buildTable()
  let crc = -1
  for (let at = start; at < end; at++) crc = (table[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8)
  return ~crc >>> 0
}
