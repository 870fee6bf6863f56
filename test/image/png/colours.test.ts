import { ColourTable, colourNeeds, COUNT_CAP, toPixels } from '../../../src/image/png/colours.ts'

/** Multiplied with this, the usual multiplier of such tables (2³² through the golden ratio) is 1. */
const UNDONE = 0xe8b2f51

const made: Record<string, (index: number) => number> = {
  'one place under the usual multiplier': (index) => Math.imul(index, UNDONE) >>> 0,
  'one place under a multiplier of 1': (index) => index,
  'equal low bits': (index) => (index << 16) >>> 0,
  'a ramp of greys and alphas': (index) => Math.imul(index & 255, 0x01010101) ^ (index >> 8),
}

describe('the table of colours', () => {
  it('undoes what it says it does', () => {
    expect(Math.imul(UNDONE, 0x9e3779b1)).toBe(1)
  })

  it.each(Object.entries(made))('colours that share %s cost a few steps each', (_, colour) => {
    const table = new ColourTable()
    const rounds = 5
    for (let round = 0; round < rounds; round++) {
      for (let index = 0; index < COUNT_CAP; index++) table.indexOf(colour(index))
    }
    // On average one and a bit; all in one list would be 5,000. The margin makes chance no matter.
    expect(table.steps / (rounds * COUNT_CAP)).toBeLessThan(50)
  })

  it('numbers colours as they come, whatever is drawn for it', () => {
    for (let time = 0; time < 20; time++) {
      const table = new ColourTable()
      const found = [0, 7, 0xffffffff, 7, 0, 0x80000000, 0xffffffff].map((value) => table.indexOf(value))
      expect([...found, table.count]).toEqual([0, 1, 2, 1, 0, 3, 2, 4])
    }
  })

  it('counts exactly, up to where counting stops', () => {
    for (const [colours, counted] of [
      [1, 1],
      [256, 256],
      [COUNT_CAP, COUNT_CAP],
      [COUNT_CAP + 1, COUNT_CAP + 1],
      [3 * COUNT_CAP, COUNT_CAP + 1],
    ] as const) {
      const pixels = Uint32Array.from({ length: 40_000 }, (_, i) => Math.imul(i % colours, UNDONE) | 0xff000000)
      const distinct = new Set(pixels).size
      const rgba = new Uint8Array(pixels.buffer)
      expect(colourNeeds(rgba, toPixels(rgba)).colours).toBe(Math.min(distinct, counted))
    }
  })
})
