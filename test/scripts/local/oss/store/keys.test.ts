import * as fc from 'fast-check'
import { createCrc64, combineCrc64 } from '../../../../../scripts/local/oss/store/crc64.ts'
import { compareKeys, SortedKeys } from '../../../../../scripts/local/oss/store/keys.ts'

const key = fc.string({ unit: 'grapheme', maxLength: 12 })
const bytes = (text: string): Buffer => Buffer.from(text)

describe('keys', () => {
  it('compare as their UTF-8 bytes', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(bytes(a), bytes(b)))
      }),
      {
        examples: [
          ['\uffff', '😀'],
          ['a', 'a/'],
          ['\ud7ff', '\ue000'],
        ],
      },
    )
  })

  it('stay sorted whatever is added and removed', () => {
    const change = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 3000 }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1500, maxLength: 2500 }), (changes) => {
        const keys = new SortedKeys()
        const model = new Map<string, number>()
        for (const [add, number] of changes) {
          const name = `k${number}`
          if (add || number % 3 > 0) {
            keys.set(name, number, 1)
            model.set(name, number)
          } else expect(keys.delete(name)).toBe(model.delete(name))
        }
        const wanted = [...model.keys()].sort(compareKeys)
        expect(keys.size).toBe(wanted.length)
        expect([...keys.entries()].map((entry) => entry.key)).toEqual(wanted)
        const walked: string[] = []
        for (let at = keys.seek(''); at; at = keys.seek(at.key, false)) walked.push(at.key)
        expect(walked).toEqual(wanted)
        expect([...model.keys()].map((name) => keys.get(name)?.at)).toEqual([...model.values()])
        expect(keys.get('absent')).toBeUndefined()
        expect(keys.seek('k15')?.key).toBe(wanted.find((each) => compareKeys(each, 'k15') >= 0))
      }),
      { numRuns: 5 },
    )
  })
})

describe('CRC-64', () => {
  const crc = (data: Uint8Array, start?: string): string => {
    const running = createCrc64(start)
    running.update(data)
    return running.decimal()
  }

  it('gives the check values', () => {
    expect(crc(bytes('123456789'))).toBe('11051210869376104954')
    expect(crc(bytes(''))).toBe('0')
  })

  it('does not depend on how the bytes were cut, continues, and joins', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (data, cut) => {
        const [head, tail] = [data.subarray(0, cut), data.subarray(cut)]
        const running = createCrc64()
        running.update(head)
        running.update(tail)
        expect(running.decimal()).toBe(crc(data))
        expect(crc(tail, crc(head))).toBe(crc(data))
        expect(combineCrc64(crc(head), crc(tail), tail.length)).toBe(crc(data))
      }),
    )
  })
})
