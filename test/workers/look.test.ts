import type { Sharp } from 'sharp'

import { readHeader } from '../../src/image/inspect.ts'
import { look } from '../../src/workers/look.ts'
import { formatSamples } from '../support/pictures.ts'
import { grain } from './support.ts'

it('tells the pixels of every format as the engine does', async () => {
  for (const [name, bytes] of await formatSamples()) {
    const { facts } = await readHeader(bytes)
    expect([name, look(bytes).pixels, look(bytes).format]).toEqual([name, facts.pixels, facts.format])
  }
})

it('tells what is held whole while it is decoded', async () => {
  const held = async (image: Sharp) => look(await image.toBuffer()).heldBytes
  expect(await held(grain(64, 64).jpeg())).toBe(0)
  expect(await held(grain(64, 64).jpeg({ progressive: true }))).toBe(3)
  expect(await held(grain(64, 64).jpeg({ chromaSubsampling: '4:4:4' }))).toBe(3)
  expect(await held(grain(64, 64).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }))).toBe(9)
  expect(await held(grain(64, 64).png())).toBe(0)
  expect(await held(grain(64, 64).png({ progressive: true }))).toBe(3)
})

it('expects something ordinary where nothing can be read', () => {
  expect(look(Buffer.alloc(0))).toMatchObject({ format: undefined, pixels: 12_000_000 })
  expect(look(Buffer.from('ffd8ffe00004', 'hex'))).toMatchObject({ format: 'jpeg', pixels: 12_000_000 })
})

it('any beginning of any picture is looked at without an error, and quickly', async () => {
  const wrong: unknown[] = []
  for (const [name, bytes] of await formatSamples()) {
    for (let length = 0; length < Math.min(bytes.length, 400); length++) {
      const seen = look(bytes.subarray(0, length))
      if (!(seen.pixels > 0)) wrong.push([name, length, seen])
    }
  }
  expect(wrong).toEqual([])
})

it('a picture damaged anywhere near its beginning is looked at without an error', async () => {
  const wrong: unknown[] = []
  for (const [name, bytes] of await formatSamples()) {
    for (let at = 0; at < Math.min(bytes.length, 300); at++) {
      for (const value of [0, 0x7f, 0xff]) {
        const damaged = Buffer.from(bytes)
        damaged[at] = value
        const seen = look(damaged)
        if (!(seen.pixels > 0)) wrong.push([name, at, value, seen])
      }
    }
  }
  expect(wrong).toEqual([])
})
