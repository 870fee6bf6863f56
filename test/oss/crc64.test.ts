import * as fc from 'fast-check'
import { createCrc64 } from '../../src/oss/crc64.ts'

/** The definition, a bit at a time on one big number: slow, and nothing like the code under test. */
function bitwise(bytes: Uint8Array): string {
  let crc = 0xffff_ffff_ffff_ffffn
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0xc96c_5795_d787_0f42n : crc >> 1n
  }
  return (crc ^ 0xffff_ffff_ffff_ffffn).toString()
}

function crc(...chunks: readonly Uint8Array[]): string {
  const made = createCrc64()
  for (const chunk of chunks) made.update(chunk)
  return made.value()
}

describe('the CRC-64 of OSS', () => {
  it.each([
    ['', '0'],
    ['123456789', '11051210869376104954'],
  ])('of "%s" is %s', (text, value) => {
    expect(crc(Buffer.from(text))).toBe(value)
  })

  it('is the CRC by definition, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(crc(bytes)).toBe(bitwise(bytes))
      }),
      { numRuns: 300 },
    )
  })

  it('is the same however the bytes are cut into chunks, empty ones among them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.array(fc.nat(500), { maxLength: 12 }), (bytes, cuts) => {
        const ends = [...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b)
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
        expect(crc(...chunks)).toBe(crc(bytes))
      }),
      { numRuns: 300 },
    )
  })

  it('is read from the chunk, not from the memory around it, at whatever address it begins', () => {
    const memory = Buffer.alloc(200, 'the memory around the chunk ')
    for (let start = 0; start < 17; start++) {
      const chunk = memory.subarray(start, start + 100)
      expect(crc(chunk)).toBe(bitwise(Uint8Array.from(chunk)))
    }
  })

  it('may be asked for in between', () => {
    const made = createCrc64()
    expect(made.value()).toBe('0')
    made.update(Buffer.from('12345'))
    expect(made.value()).toBe(made.value())
    made.update(Buffer.from('6789'))
    expect(made.value()).toBe('11051210869376104954')
  })

  it('is kept apart from that of another body read at the same time', () => {
    const [one, other] = [createCrc64(), createCrc64()]
    one.update(Buffer.from('1234'))
    other.update(Buffer.from('something else'))
    one.update(Buffer.from('56789'))
    expect(one.value()).toBe('11051210869376104954')
  })
})
