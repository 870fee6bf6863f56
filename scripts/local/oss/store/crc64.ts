// CRC-64/XZ, which OSS calls "ECMA-182": reflected polynomial, initial value and final xor all ones, printed in decimal.
// Computed eight bytes at a time in two 32-bit halves: BigInt arithmetic would be the slowest part of an upload.

const POLYNOMIAL = 0xc96c5795d7870f42n
const MASK = 0xffffffffffffffffn

/** Tables for 8 bytes at once: entry `[slice * 256 + byte]`, low and high halves apart. */
const LOW = new Uint32Array(8 * 256)
const HIGH = new Uint32Array(8 * 256)

for (let byte = 0; byte < 256; byte += 1) {
  let value = BigInt(byte)
  for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ POLYNOMIAL : value >> 1n
  LOW[byte] = Number(value & 0xffffffffn)
  HIGH[byte] = Number(value >> 32n)
}
for (let at = 256; at < LOW.length; at += 1) {
  const low = at32(LOW, at - 256)
  const high = at32(HIGH, at - 256)
  const byte = low & 0xff
  LOW[at] = ((low >>> 8) | (high << 24)) ^ at32(LOW, byte)
  HIGH[at] = (high >>> 8) ^ at32(HIGH, byte)
}

function at32(table: Uint32Array, index: number): number {
  return table[index] ?? 0
}

/** A running CRC-64 of a byte stream. */
export interface Crc64 {
  update(chunk: Uint8Array): void
  /** @returns the value so far as an unsigned decimal; may be asked at any time. */
  decimal(): string
}

/**
 * Starts a CRC-64/XZ. `start` continues from the decimal value of earlier bytes (appended objects).
 * Check values: `123456789` gives 11051210869376104954, no bytes give 0.
 */
export function createCrc64(start = '0'): Crc64 {
  const initial = BigInt(start) ^ MASK
  let low = Number(initial & 0xffffffffn) | 0
  let high = Number(initial >> 32n) | 0
  return {
    update(chunk) {
      const length = chunk.length
      let at = 0
      for (const end = length - 7; at < end; at += 8) {
        const a =
          low ^
          ((chunk[at] as number) |
            ((chunk[at + 1] as number) << 8) |
            ((chunk[at + 2] as number) << 16) |
            ((chunk[at + 3] as number) << 24))
        const b =
          high ^
          ((chunk[at + 4] as number) |
            ((chunk[at + 5] as number) << 8) |
            ((chunk[at + 6] as number) << 16) |
            ((chunk[at + 7] as number) << 24))
        const i7 = 1792 + (a & 0xff)
        const i6 = 1536 + ((a >>> 8) & 0xff)
        const i5 = 1280 + ((a >>> 16) & 0xff)
        const i4 = 1024 + (a >>> 24)
        const i3 = 768 + (b & 0xff)
        const i2 = 512 + ((b >>> 8) & 0xff)
        const i1 = 256 + ((b >>> 16) & 0xff)
        const i0 = b >>> 24
        low =
          (LOW[i7] as number) ^
          (LOW[i6] as number) ^
          (LOW[i5] as number) ^
          (LOW[i4] as number) ^
          (LOW[i3] as number) ^
          (LOW[i2] as number) ^
          (LOW[i1] as number) ^
          (LOW[i0] as number)
        high =
          (HIGH[i7] as number) ^
          (HIGH[i6] as number) ^
          (HIGH[i5] as number) ^
          (HIGH[i4] as number) ^
          (HIGH[i3] as number) ^
          (HIGH[i2] as number) ^
          (HIGH[i1] as number) ^
          (HIGH[i0] as number)
      }
      for (; at < length; at += 1) {
        const index = (low ^ (chunk[at] as number)) & 0xff
        low = ((low >>> 8) | (high << 24)) ^ (LOW[index] as number)
        high = (high >>> 8) ^ (HIGH[index] as number)
      }
    },
    decimal() {
      return (((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)) ^ MASK).toString()
    },
  }
}

/** Product of two polynomials modulo the CRC's, both in reflected form (the top bit is x^0). */
function multiply(a: bigint, b: bigint): bigint {
  let product = 0n
  let factor = b
  for (let bit = 1n << 63n; bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= factor
    factor = factor & 1n ? (factor >> 1n) ^ POLYNOMIAL : factor >> 1n
  }
  return product
}

const shifts = new Map<number, bigint>()

/** x^(8 × bytes); parts mostly have one length, so the last few answers are kept. */
function shiftBy(bytes: number): bigint {
  const known = shifts.get(bytes)
  if (known !== undefined) return known
  let result = 1n << 63n
  let power = 1n << 55n // x^8
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = multiply(result, power)
    power = multiply(power, power)
  }
  if (shifts.size > 64) shifts.clear()
  shifts.set(bytes, result)
  return result
}

/** CRC-64 of two strings joined, from their own values and the byte length of the second. */
export function combineCrc64(first: string, second: string, secondBytes: number): string {
  return (multiply(shiftBy(secondBytes), BigInt(first)) ^ BigInt(second)).toString()
}
