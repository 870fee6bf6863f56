// Placeholder
const MASK = 0xffffffffffffffffn
let table: bigint[] | undefined
export interface Crc64 {
  update(chunk: Uint8Array): void
  value(): string
}
export function createCrc64(): Crc64 {
  table ??= Array.from({ length: 256 }, (_, i) => {
    let c = BigInt(i)
    for (let k = 0; k < 8; k++) c = c & 1n ? (c >> 1n) ^ 0xc96c5795d7870f42n : c >> 1n
    return c
  })
  const t = table
  let crc = MASK
  return {
    update(chunk) {
      for (const b of chunk) crc = (t[Number((crc ^ BigInt(b)) & 0xffn)] ?? 0n) ^ (crc >> 8n)
    },
    value() {
      return String(crc ^ MASK)
    },
  }
}
