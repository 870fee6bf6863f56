import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

import sharp from 'sharp'

import { findPersonalMetadata } from '../image/metadata/left.ts'
import { corpusFiles } from '../support/corpus.ts'
import { formatSamples, meanDifference } from '../support/pictures.ts'
import { testCloud, type TestCloud } from './support.ts'

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud()
})
afterAll(() => cloud.close())

/** Every answer is the original, or a picture that looks the same: size, frames, colours. */
async function expectRight(key: string, original: Buffer): Promise<void> {
  await cloud.upload(key, original)
  const { status, body, headers } = await cloud.read(key)
  expect([key, status]).toEqual([key, 200])
  expect(body.length).toBeLessThanOrEqual(original.length)
  expect(headers.get('content-type')).toMatch(/^(image\/|application\/(octet-stream|pdf)$)/)
  if (body.equals(original)) return
  const [before, after] = await Promise.all([sharp(original).metadata(), sharp(body).metadata()])
  expect([key, after.autoOrient, after.pages, after.delay, after.loop]).toEqual([
    key,
    before.autoOrient,
    before.pages,
    shown(before.delay),
    before.loop,
  ])
  expect([key, findPersonalMetadata(body)]).toEqual([key, []])
  if (!(await decodable(original))) {
    // HEIC, say: nobody here can look at its pixels, so they must not have been touched; metadata is blanked in place.
    expect([key, (await cloud.head(key)).headers.get('x-oss-meta-outcome'), body.length]).toEqual([
      key,
      'original',
      original.length,
    ])
    return
  }
  const difference = await meanDifference(original, body)
  if (difference > 6)
    throw new Error(`Expected ${key} to look the same, got a mean difference of ${difference.toFixed(1)} of 255.`)
}

function decodable(bytes: Buffer): Promise<boolean> {
  return sharp(bytes)
    .stats()
    .then(
      () => true,
      () => false,
    )
}

/** Browsers show a frame that asks for 10 ms or less for 100 ms. */
function shown(delays: number[] | undefined): number[] | undefined {
  return delays?.map((ms) => (ms <= 10 ? 100 : ms))
}

it('drawn pictures of every format, depth and colour space', async () => {
  for (const [key, original] of await formatSamples()) await expectRight(key, original)
})

it.each(['formats', 'graphics'])(
  'real pictures: %s',
  async (folder) => {
    const wrong: string[] = []
    // Every second one: test/image/corpus.test.ts has them all, without the way through the cloud.
    for (const file of corpusFiles(folder).filter((_, index) => index % 2 === 0)) {
      const key = relative('..', file).replace(/^.*corpus\//, '')
      await expectRight(key, readFileSync(file)).catch((error: unknown) =>
        wrong.push(`${key}: ${String(error).slice(0, 400)}`),
      )
    }
    expect(wrong).toEqual([])
  },
  300_000,
)
