// Part "slowest": the most expensive pictures that the limits allow, against the deadline.
import sharp from 'sharp'

import { benchCloud } from '../cloud.ts'
import type { Options, Part, Report } from '../part.ts'
import { photographOf, type Picture } from '../pictures.ts'

const DEADLINE_MS = 8000
// The mirror gives up.
const MIRROR_MS = 10_000

interface Case {
  name: string
  format?: 'avif' | 'webp'
  suffix?: string
  make(corpus: string, share: number): Promise<Picture>
}

const CASES: Case[] = [
  { name: '100 MP JPEG', make: (corpus, share) => photographOf(corpus, 99.9 * share) },
  { name: '50 MP JPEG, FORMAT=avif', format: 'avif', make: (corpus, share) => photographOf(corpus, 50 * share) },
  { name: '25 MP JPEG, FORMAT=avif', format: 'avif', make: (corpus, share) => photographOf(corpus, 24.9 * share) },
  {
    name: '50 MP JPEG to 16 MP AVIF',
    suffix: '__op__resize,w_4600__op__format,f_avif',
    make: (corpus, share) => photographOf(corpus, 50 * share),
  },
  {
    name: '50 MP JPEG to 16 MP PNG',
    suffix: '__op__resize,w_4600__op__format,f_png',
    make: (corpus, share) => photographOf(corpus, 50 * share),
  },
  { name: '100 MP JPEG, FORMAT=webp', format: 'webp', make: (corpus, share) => photographOf(corpus, 99.9 * share) },
  { name: '60 MP PNG of 16 bits', make: sixteenBits },
  { name: '40 MP PNG of a photograph', make: (corpus, share) => asPng(corpus, 40 * share) },
  { name: '300-frame GIF of 16 MP', make: (corpus, share) => animation(corpus, 15.9 * share, 'gif') },
  { name: '300-frame GIF of 24 MP', make: (corpus, share) => animation(corpus, 24 * share, 'gif') },
  { name: '300-frame WebP of 24 MP', make: (corpus, share) => animation(corpus, 24 * share, 'webp') },
]

async function asPng(corpus: string, megapixels: number): Promise<Picture> {
  const photo = await photographOf(corpus, megapixels)
  return {
    ...photo,
    bytes: await sharp(photo.bytes, { limitInputPixels: false }).png({ compressionLevel: 2 }).toBuffer(),
  }
}

async function sixteenBits(corpus: string, share: number): Promise<Picture> {
  const photo = await photographOf(corpus, 60 * share)
  const bytes = await sharp(photo.bytes, { limitInputPixels: false })
    .toColourspace('rgb16')
    .png({ compressionLevel: 2, adaptiveFiltering: true })
    .toBuffer()
  return { ...photo, bytes }
}

/** A camera that pans over a photograph: nothing stays where it was. */
async function animation(corpus: string, megapixels: number, format: 'gif' | 'webp'): Promise<Picture> {
  const frames = 300
  const side = Math.max(8, Math.floor(Math.sqrt((megapixels * 1e6) / frames)))
  const photo = await sharp((await photographOf(corpus, 1)).bytes)
    .resize(side + frames, side + 10, { fit: 'fill' })
    .png()
    .toBuffer()
  const pages = await Promise.all(
    Array.from({ length: frames }, (_, i) =>
      sharp(photo)
        .extract({ left: i, top: i % 10, width: side, height: side })
        .png({ compressionLevel: 1 })
        .toBuffer(),
    ),
  )
  const joined = sharp(pages, { join: { animated: true }, limitInputPixels: false })
  const bytes =
    format === 'gif'
      ? await joined.gif({ effort: 1, delay: 50, loop: 0 }).toBuffer()
      : await joined.webp({ quality: 98, effort: 0, delay: 50, loop: 0 }).toBuffer()
  return { name: `${frames} frames`, bytes }
}

interface Row {
  name: string
  sourceBytes: number
  status: number
  outcome: string
  settings: string
  bytes: number
  /** Of the reader, and of the function. */
  ms: number
  functionMs: number
}

async function run({ corpus, small, progress }: Options): Promise<Report> {
  const rows: Row[] = []
  for (const { name, format, suffix = '', make } of CASES) {
    progress(name)
    const picture = await make(corpus, small ? 0.002 : 1)
    const environment = { MAX_SOURCE_BYTES: String(512 << 20), ...(format === undefined ? {} : { FORMAT: format }) }
    const cloud = await benchCloud({ environment, memoryMb: 4096 })
    try {
      await cloud.warmUp((await photographOf(corpus, 0.1)).bytes)
      await cloud.upload('slow', picture.bytes)
      const answer = await cloud.read(`slow${suffix}`)
      const line = cloud.line(`slow${suffix}`)
      rows.push({
        name,
        sourceBytes: picture.bytes.length,
        status: answer.status,
        outcome: [line?.outcome, line?.reason].filter(Boolean).join(': '),
        settings: line?.settings ?? '',
        bytes: answer.bytes.length,
        ms: answer.ms,
        functionMs: line?.ms.total ?? Number.NaN,
      })
    } finally {
      await cloud.close()
    }
  }
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1)
  return {
    tables: [
      {
        title: 'The slowest pictures that the limits allow',
        columns: ['picture', 'MB', 'status', 'outcome', 'settings', 'MB out', 'function ms', 'reader ms'],
        rows: rows.map((row) => [
          row.name,
          mb(row.sourceBytes),
          String(row.status),
          row.outcome,
          row.settings,
          mb(row.bytes),
          row.functionMs.toFixed(0),
          row.ms.toFixed(0),
        ]),
      },
    ],
    figures: [
      {
        what: 'slowest pictures: answered with 200',
        value: rows.filter(({ status }) => status === 200).length,
        atLeast: rows.length,
        key: true,
      },
      {
        what: 'slowest answer of the function, ms',
        value: Math.max(...rows.map((row) => row.functionMs)),
        atMost: DEADLINE_MS,
        key: true,
      },
      { what: 'slowest answer to a reader, ms', value: Math.max(...rows.map((row) => row.ms)), atMost: MIRROR_MS },
    ],
    notes: ['MAX_SOURCE_BYTES is raised for this, so that pixels and not bytes are the limit.'],
    data: rows,
  }
}

export const slowest: Part = { about: 'the most expensive pictures the limits allow, against the deadline', run }
