// Files made to do harm, each plain and with operations, through the built function.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

import sharp from 'sharp'

import { hostile } from '../../scripts/soak/inputs.ts'
import { wrongWith } from '../../scripts/soak/judge.ts'
import { testCloud, type TestCloud } from '../e2e/support.ts'
import { corpusFiles } from '../support/corpus.ts'
import { cameraJpeg } from '../support/pictures.ts'

let cloud: TestCloud
let photo: Buffer
beforeAll(async () => {
  cloud = await testCloud()
  photo = await cameraJpeg(160, 120)
})
afterAll(() => cloud.close())

/** What the bytes alone may lead to; 503 besides, where they take more time or memory than there is. */
const BY_BYTES = [200, 400, 404, 413, 415, 422]

async function everyAnswer(name: string, file: Buffer): Promise<void> {
  const source = `${name}-${file.length}`
  await cloud.upload(source, file)
  for (const operation of [undefined, 'resize,w_40', 'rotate,90']) {
    const path = `/${encodeURIComponent(source)}${operation === undefined ? '' : `__op__${operation}`}`
    const { status, headers, body } = await cloud.ask(path)
    expect([name, operation, [...BY_BYTES, 503].includes(status)]).toEqual([name, operation, true])
    if (status === 200) {
      const why = await wrongWith(file, operation, { contentType: headers.get('content-type') ?? '', body })
      expect([name, operation, why]).toEqual([name, operation, undefined])
    } else expect(JSON.parse(body.toString())).toMatchObject({ code: expect.any(String) })
  }
}

/** The process is the one that was there before, and has time for somebody else. */
async function stillWorks(name: string): Promise<void> {
  await cloud.upload(`after-${name}.jpg`, photo)
  const { status, body } = await cloud.ask(`/after-${encodeURIComponent(name)}.jpg`)
  expect([name, status]).toEqual([name, 200])
  expect(await wrongWith(photo, undefined, { contentType: 'image/jpeg', body })).toBeUndefined()
  expect(cloud.gateway.counters.started).toBe(1)
}

it.each([...hostile(), ...heavy()])(
  '%s',
  async (name, file) => {
    await everyAnswer(name, file)
    await stillWorks(name)
  },
  60_000,
)

it('those of the corpus', async () => {
  const files = corpusFiles('hostile').filter((path) => !path.includes('/names/'))
  for (const path of files) await everyAnswer(basename(path), readFileSync(path))
  await stillWorks('corpus')
  expect(files.length === 0 || files.length > 50).toBe(true)
}, 240_000)

it('pictures cut off at every thirtieth of their length', async () => {
  const picture = sharp(photo)
  for (const format of ['jpeg', 'png', 'webp', 'avif', 'gif'] as const) {
    const whole = await picture.clone().toFormat(format).toBuffer()
    for (let part = 1; part < 30; part += 4)
      await everyAnswer(`cut-${part}.${format}`, whole.subarray(0, Math.floor((whole.length * part) / 30)))
  }
  await stillWorks('cuts')
}, 120_000)

/** Larger than what a soak should hold many copies of. */
function heavy(): [string, Buffer][] {
  return [
    ['scans.jpg', scans(800)],
    ['pages.tif', pages(20_000)],
    [
      'shapes.svg',
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${'<path d="M0 0h9"/>'.repeat(100_000)}</svg>`),
    ],
    [
      'nesting.svg',
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${'<g>'.repeat(50_000)}${'</g>'.repeat(50_000)}</svg>`),
    ],
  ]
}

/** A progressive JPEG of 4,096 × 4,096 whose scans hold nothing: each runs over all of it. */
function scans(count: number): Buffer {
  const tables = Buffer.from(`ffdb0043000${'1'.repeat(129)}`, 'hex')
  const frame = Buffer.from('ffc2000b081000100001011100', 'hex')
  const huffman = Buffer.from('ffc400140001000000000000000000000000000000ff', 'hex').fill(0, 21)
  const first = Buffer.from('ffda0008010100000001', 'hex')
  const scan = Buffer.concat([Buffer.from('ffda00080101003f3f00', 'hex'), Buffer.alloc(2)])
  return Buffer.concat([
    Buffer.from('ffd8', 'hex'),
    tables,
    frame,
    huffman,
    first,
    Buffer.alloc(64),
    ...Array.from({ length: count }, () => scan),
    Buffer.from('ffd9', 'hex'),
  ])
}

/** A TIFF of one pixel on so many pages. */
function pages(count: number): Buffer {
  const size = 2 + 8 * 12 + 4
  const file = Buffer.alloc(8 + count * size + 1)
  file.write('II*\0', 'latin1')
  file.writeUInt32LE(8, 4)
  const tags = [
    [256, 1],
    [257, 1],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, file.length - 1],
    [278, 1],
    [279, 1],
  ] as const
  for (let page = 0; page < count; page++) {
    const at = 8 + page * size
    file.writeUInt16LE(tags.length, at)
    tags.forEach(([tag, value], i) => {
      file.writeUInt16LE(tag, at + 2 + i * 12)
      file.writeUInt16LE(4, at + 4 + i * 12)
      file.writeUInt32LE(1, at + 6 + i * 12)
      file.writeUInt32LE(value, at + 10 + i * 12)
    })
    file.writeUInt32LE(page + 1 < count ? at + size : 0, at + size - 4)
  }
  return file
}
