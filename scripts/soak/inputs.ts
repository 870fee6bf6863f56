// What strangers might upload: pictures of every format, files made to do harm, and any of them damaged.
import { deflateSync, gzipSync } from 'node:zlib'

import sharp from 'sharp'

import { crc32 } from '../../src/image/metadata/crc32.ts'
import type { Random } from './random.ts'

/** Name → file. Drawn anew, the same on every run. */
export async function bases(): Promise<Map<string, Buffer>> {
  const picture = (width: number, height: number) => {
    const data = Buffer.alloc(width * height * 3)
    for (let at = 0; at < data.length; at++) data[at] = (at * 7 + ((at / (3 * width)) | 0) * 5 + ((at * at) % 23)) & 255
    return sharp(data, { raw: { width, height, channels: 3 } }).blur(1.2)
  }
  const exif = { IFD0: { Artist: 'someone', Copyright: 'someone' } }
  const frames = Buffer.concat(await Promise.all([10, 120, 230].map((tone) => grey(48, 32, tone))))
  return new Map([
    ['baseline.jpg', await picture(160, 120).withExif(exif).jpeg({ quality: 93 }).toBuffer()],
    ['turned.jpg', await picture(120, 90).withMetadata({ orientation: 6 }).jpeg({ quality: 90 }).toBuffer()],
    ['progressive.jpg', await picture(140, 100).jpeg({ quality: 90, progressive: true }).toBuffer()],
    ['grey.jpg', await picture(90, 90).greyscale().jpeg().toBuffer()],
    ['cmyk.jpg', await picture(64, 64).toColourspace('cmyk').jpeg().toBuffer()],
    ['rgb.png', await picture(96, 80).png().toBuffer()],
    ['deep.png', await picture(40, 40).toColourspace('rgb16').png().toBuffer()],
    ['palette.png', await picture(90, 60).png({ palette: true, colours: 16 }).toBuffer()],
    ['alpha.png', await picture(60, 60).ensureAlpha(0.5).png({ progressive: true }).toBuffer()],
    ['lossy.webp', await picture(120, 80).webp({ quality: 90 }).toBuffer()],
    ['lossless.webp', await picture(60, 60).webp({ lossless: true }).toBuffer()],
    ['still.avif', await picture(64, 48).avif({ quality: 80, effort: 2 }).toBuffer()],
    [
      'moving.gif',
      await sharp(frames, { raw: { width: 48, height: 96, channels: 3, pageHeight: 32 } })
        .gif({ loop: 0 })
        .toBuffer(),
    ],
    ['pages.tif', await picture(40, 40).tiff().toBuffer()],
    ...hostile(),
  ])
}

async function grey(width: number, height: number, tone: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r: tone, g: 90, b: 255 - tone } } })
    .raw()
    .toBuffer()
}

/** Made to do harm as they are. */
export function hostile(): [string, Buffer][] {
  const scriptSvg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="alert(1)"><script>alert(2)</script><path d="M 0 0 H 9 V 9 Z"/></svg>'
  const uses = Array.from({ length: 9 }, (_, i) => `<g id="u${i + 1}">${`<use href="#u${i}"/>`.repeat(10)}</g>`).join(
    '',
  )
  return [
    ['empty.jpg', Buffer.alloc(0)],
    ['zeros.png', Buffer.alloc(4096)],
    ['one.gif', Buffer.from([0x47])],
    ['pixels.png', png([header(60_000, 60_000), chunk('IDAT', deflateSync(Buffer.alloc(1000)))])],
    ['claims-2-31.png', png([header(2 ** 31 - 1, 2 ** 31 - 1), chunk('IDAT', Buffer.alloc(9))])],
    ['text-bomb.png', png([header(1, 1), chunk('zTXt', textBomb(30_000_000)), pixel()])],
    ['profile-bomb.png', png([header(1, 1), chunk('iCCP', textBomb(30_000_000)), pixel()])],
    [
      'many-chunks.png',
      png([header(1, 1), ...Array.from({ length: 50_000 }, () => chunk('teXt', Buffer.alloc(1))), pixel()]),
    ],
    ['frames.gif', gifOf(3000)],
    [
      'wide.gif',
      Buffer.from(
        'GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;',
        'latin1',
      ),
    ],
    ['loop.tif', Buffer.from('49492a000800000001000001030001000000010000000800000000000000', 'hex')],
    ['script.svg', Buffer.from(scriptSvg)],
    ['script-named.jpg', Buffer.from(scriptSvg)],
    [
      'entities.svg',
      Buffer.from(
        `<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg"><text>&b;</text></svg>`,
      ),
    ],
    ['uses.svg', Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><g id="u0"><path d="M0 0h9"/></g>${uses}</svg>`)],
    ['packed.svg', gzipSync(scriptSvg)],
    ['page.jpg', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['program.png', Buffer.from('#!/usr/bin/env node\nprocess.exit(1)\n')],
    ['gif-or-script.gif', Buffer.from('GIF89a/*\0\0\0\0\0*/=1;alert(1)//;', 'latin1')],
    [
      'film.jpg',
      Buffer.concat([
        Buffer.from('000000206674797069736f6d0000020069736f6d69736f32617663316d703431', 'hex'),
        Buffer.alloc(500),
      ]),
    ],
    [
      'grid.avif',
      Buffer.from(
        '0000001c667479706176696600000000617669666d6966316d696166000000146d65746100000000ffffffff69707270',
        'hex',
      ),
    ],
    ['document.png', Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n')],
  ]
}

function png(chunks: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks, chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}

function header(width: number, height: number): Buffer {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  data.set([8, 2, 0, 0, 0], 8)
  return chunk('IHDR', data)
}

function pixel(): Buffer {
  return chunk('IDAT', deflateSync(Buffer.alloc(4)))
}

/** A keyword, and a text that unpacks to so many bytes. */
function textBomb(bytes: number): Buffer {
  return Buffer.concat([Buffer.from('a\0\0', 'latin1'), deflateSync(Buffer.alloc(bytes, 65), { level: 9 })])
}

function gifOf(frames: number): Buffer {
  const frame = Buffer.from('!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0', 'latin1')
  const start = Buffer.from('GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1')
  return Buffer.concat([start, ...Array.from({ length: frames }, () => frame), Buffer.from(';')])
}

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer

const MUTATIONS: Record<string, Mutation> = {
  as_it_is: (bytes) => bytes,
  cut: (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  head_gone: (bytes, random) => bytes.subarray(random.below(Math.min(64, bytes.length + 1))),
  bits: (bytes, random) => changed(bytes, random, 1 + random.below(8), (old) => old ^ (1 << random.below(8))),
  bytes: (bytes, random) =>
    changed(bytes, random, 1 + random.below(32), () => random.pick([0, 255, 127, 128, random.below(256)])),
  header_bytes: (bytes, random) => changed(bytes, random, 1 + random.below(4), () => random.below(256), 64),
  run: (bytes, random) => {
    const copy = Buffer.from(bytes)
    const from = random.below(bytes.length + 1)
    return copy.fill(random.below(256), from, Math.min(bytes.length, from + random.below(512)))
  },
  inserted: (bytes, random) => {
    const at = random.below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), noise(random, random.below(256)), bytes.subarray(at)])
  },
  removed: (bytes, random) => {
    const at = random.below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.below(256))])
  },
  doubled: (bytes, random) => {
    const at = random.below(bytes.length + 1)
    const end = at + random.below(2048)
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at, end), bytes.subarray(end)])
  },
  spliced: (bytes, random, other) =>
    Buffer.concat([bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1))]),
  trailing: (bytes, random, other) =>
    Buffer.concat([bytes, random.next() < 0.5 ? other : noise(random, random.below(2048))]),
}

/** One file made of the bases, with what was done to it. */
export function mutate(files: Map<string, Buffer>, random: Random): { name: string; bytes: Buffer } {
  const name = random.pick([...files.keys()])
  const bytes = files.get(name) ?? Buffer.alloc(0)
  const other = files.get(random.pick([...files.keys()])) ?? Buffer.alloc(0)
  const how = random.pick(Object.keys(MUTATIONS))
  return { name: `${how}-${name}`, bytes: MUTATIONS[how]?.(bytes, random, other) ?? bytes }
}

function changed(
  bytes: Buffer,
  random: Random,
  count: number,
  to: (old: number) => number,
  within = bytes.length,
): Buffer {
  const copy = Buffer.from(bytes)
  if (copy.length === 0) return copy
  for (let i = 0; i < count; i++) {
    const at = random.below(Math.min(within, copy.length))
    copy[at] = to(copy[at] ?? 0)
  }
  return copy
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)))
}
