import type { Sharp } from 'sharp'

import { readHeader } from '../../src/image/inspect.ts'
import { look } from '../../src/workers/look.ts'
import { avifFile, box, grid } from '../support/avif.ts'
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

describe('what is made to be walked through for ever', () => {
  /** How often the bytes are asked for something. */
  function asked(bytes: Buffer): number {
    let times = 0
    const counted = new Proxy(bytes, {
      get(target, name) {
        times++
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
    look(counted)
    return times
  }

  const tiff = (size: number) => {
    const bytes = Buffer.alloc(size - (size % 6))
    bytes.write('II*\0', 'latin1')
    bytes.writeUInt32LE(8, 4)
    // Directories without entries, one behind the other.
    for (let at = 8; at + 12 <= bytes.length; at += 6) bytes.writeUInt32LE(at + 6, at + 2)
    return bytes
  }
  const webp = (size: number) => {
    const bytes = Buffer.alloc(size)
    bytes.write('RIFF....WEBPVP8X\x0a', 'latin1')
    bytes.writeUInt32LE(size - 8, 4)
    return bytes
  }
  const gif = (size: number) =>
    Buffer.concat([Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1'), Buffer.alloc(size, '!\xf9\0', 'latin1')])
  const jpegFill = (size: number) => Buffer.alloc(size, 0xff).fill(0xd8, 1, 2)
  const jpegSegments = (size: number) =>
    Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.alloc(size, 'ffe00002', 'hex')])

  const head = box('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf', 'latin1'))
  const avifBoxes = (size: number) => Buffer.concat([head, Buffer.alloc(size, '\0\0\0\x08free', 'latin1')])
  const avifUnits = (size: number) => {
    const item = { type: 'av01', sizes: [[9, 9]], data: Buffer.alloc(size, '1200', 'hex') } as const
    return avifFile({ primary: 1, items: [{ id: 1, ...item }] })
  }
  /** All with the same long stream of units, each a tile of the first. */
  const avifTiles = (size: number) => {
    const items = Array.from(
      { length: 1000 },
      (_, index) => ({ id: index + 2, type: 'av01', sizes: [[9, 9]] }) as const,
    )
    const stream = Buffer.alloc(size, '1200', 'hex')
    const place = { start: 0, length: stream.length }
    return avifFile({
      primary: 1,
      items: [
        { id: 1, type: 'grid', sizes: [[9, 9]], data: grid(100, 10, 9, 9) },
        { ...(items[0] as (typeof items)[number]), data: stream },
        ...items.slice(1).map((item) => ({ ...item, data: Buffer.alloc(0), place })),
      ],
      references: [{ type: 'dimg', from: 1, to: items.map(({ id }) => id) }],
    })
  }
  const avifAssociations = (size: number) => {
    const entries = Buffer.alloc(size - (size % 5), '0001028181', 'hex')
    const map = box('ipma', Buffer.from('00000000ffffffff', 'hex'), entries)
    const inner = [
      box('pitm', Buffer.from('000000000001', 'hex')),
      box('iinf', Buffer.alloc(6), box('infe', Buffer.from('020000000001000061763031', 'hex'))),
      box('iloc', Buffer.from('0000000044000000', 'hex')),
      box('iprp', box('ipco', box('ispe', Buffer.from('000000000000000900000009', 'hex'))), map),
    ]
    return Buffer.concat([head, box('meta', Buffer.alloc(4), ...inner)])
  }

  it.each([
    ['an AVIF of empty boxes', avifBoxes],
    ['an AVIF of empty units', avifUnits],
    ['an AVIF of tiles of empty units', avifTiles],
    ['an AVIF of associations', avifAssociations],
    ['a TIFF of empty pages', tiff],
    ['a WebP of empty chunks', webp],
    ['a GIF of empty blocks', gif],
    ['a JPEG of fill bytes', jpegFill],
    ['a JPEG of empty segments', jpegSegments],
  ])('%s costs the same however long it is', (_, made) => {
    const [short, long] = [made(1_000_000), made(4_000_000)]
    expect(asked(long)).toBe(asked(short))
    expect(asked(long)).toBeLessThan(2_500_000)
    expect(look(long)).toEqual(look(short))
  })

  it('a GIF as large as may be read is counted to its end', () => {
    const block = Buffer.alloc(256, 7).fill(255, 0, 1)
    const head = Buffer.from('GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x08', 'latin1')
    const end = Buffer.from('\0,\0\0\0\0\x01\0\x01\0\0\x08\0;', 'latin1')
    const body = Buffer.alloc(67_108_864 - 256, block)
    expect(look(Buffer.concat([head, body, end])).pixels).toBe(2)
  })

  it('frames behind the end of a WebP are not counted', () => {
    const frame = Buffer.from('ANMF\0\0\0\0', 'latin1')
    const animated = Buffer.concat([webp(30), frame, frame, frame])
    expect(look(animated).pixels).toBe(1)
    animated.writeUInt32LE(animated.length - 8, 4)
    expect(look(animated).pixels).toBe(3)
  })
})
