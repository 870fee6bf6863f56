// Part "path": a missing key through reader, bucket, mirror rule, function and put, beside bare sharp making the same picture.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import sharp from 'sharp'

import { type Job, jobOf } from '../bare/job.ts'
import { startBare } from '../bare/process.ts'
import { benchCloud, expectOk } from '../cloud.ts'
import { temporaryFolder } from '../ending.ts'
import type { Figure, Options, Part, Report } from '../part.ts'
import { photographOf } from '../pictures.ts'
import { timedOn } from '../processes.ts'
import { failuresOf, inParallel, interleaved, type Timed } from '../rounds.ts'
import { median } from '../statistics.ts'

const PARALLEL = 8
/** Pictures in one round of the throughput measurement. */
const BATCH = 16

const CASES = [
  { name: '12 MP JPEG, compressed', suffix: '' },
  { name: '12 MP JPEG, to 800 px', suffix: '__op__resize,w_800', width: 800 },
  { name: '12 MP JPEG, to 1280 px as WebP', suffix: '__op__resize,w_1280__op__format,f_webp', width: 1280 },
]

interface Row {
  name: string
  settings: string
  samePixels: boolean
  one: Record<'bare' | 'whole path', Timed>
  many: Record<'bare' | 'whole path', Timed>
  /** Of the function's processes against bare sharp's, for the same pictures; median of the rounds. */
  processorRatio: number
  /** What the function itself says about one alone: medians. */
  function: { total: number; read: number; render: number; put: number }
}

async function run({ corpus, rounds, small, progress }: Options): Promise<Report> {
  const photo = (await photographOf(corpus, small ? 0.1 : 12)).bytes
  const folder = temporaryFolder()
  const file = join(folder, 'photo.jpg')
  writeFileSync(file, photo)
  const cloud = await benchCloud()
  const bare = startBare(cloud.codeDir)
  const rows: Row[] = []
  try {
    await cloud.warmUp(photo)
    let last = 0
    /** Every read is of a key that is missing: nothing answers from the bucket. */
    const fresh = async (suffix: string, count: number): Promise<string[]> => {
      const keys = Array.from({ length: count }, () => `photo-${last++}.jpg`)
      for (const key of keys) await cloud.upload(key, photo)
      return keys.map((key) => `${key}${suffix}`)
    }
    for (const { name, suffix, width } of CASES) {
      const [key = ''] = await fresh(suffix, 1)
      const answer = expectOk(await cloud.read(key), key)
      const settings = cloud.line(key)?.settings ?? ''
      const job: Job = { file, ...(width === undefined ? {} : { width }), ...jobOf(settings) }
      const samePixels = await same(answer.bytes, await bare.make(job))

      const alone: Row['function'][] = []
      const one = await interleaved(
        rounds,
        {
          bare: () => bare.time(job),
          'whole path': async () => {
            const [key = ''] = await fresh(suffix, 1)
            const { ms } = expectOk(await cloud.read(key), key)
            const told = cloud.line(key)?.ms
            if (told !== undefined) alone.push({ read: 0, render: 0, put: 0, ...told })
            return ms
          },
        },
        (text) => progress(`${name}, 1 in parallel, ${text}`),
      )
      const batch = small ? 4 : BATCH
      const processor: { bare: number[]; function: number[] } = { bare: [], function: [] }
      const functionPids = () => cloud.gateway.instances().flatMap(({ pid }) => pid ?? [])
      const many = await interleaved(
        rounds,
        {
          bare: () =>
            timedOn([bare.pid], processor.bare, () =>
              inParallel(
                PARALLEL,
                Array.from({ length: batch }, () => () => bare.time(job)),
              ),
            ),
          'whole path': async () => {
            const keys = await fresh(suffix, batch)
            return timedOn(functionPids(), processor.function, () =>
              inParallel(
                PARALLEL,
                keys.map((key) => async () => expectOk(await cloud.read(key), key)),
              ),
            )
          },
        },
        (text) => progress(`${name}, ${PARALLEL} in parallel, ${text}`),
      )
      rows.push({
        name,
        settings,
        samePixels,
        one,
        many,
        processorRatio: median(processor.function.map((ms, i) => ms / (processor.bare[i] ?? ms))),
        function: {
          total: median(alone.map(({ total }) => total)),
          read: median(alone.map(({ read }) => read)),
          render: median(alone.map(({ render }) => render)),
          put: median(alone.map(({ put }) => put)),
        },
      })
    }
  } finally {
    bare.close()
    await cloud.close()
  }
  return reportOf(rows, small ? 4 : BATCH)
}

async function same(a: Buffer, b: Buffer): Promise<boolean> {
  const [x, y] = await Promise.all([a, b].map((bytes) => sharp(bytes).raw().toBuffer()))
  return x !== undefined && y !== undefined && x.equals(y)
}

function reportOf(rows: Row[], batch: number): Report {
  const figures: Figure[] = rows.flatMap(({ name, one, many, processorRatio }, i) => [
    {
      what: `${name}: whole path / bare sharp, 1 in parallel`,
      value: one['whole path'].ratio,
      atMost: 1.1,
      ...(i === 0 ? { key: true as const } : {}),
    },
    ...(i === 0
      ? [
          {
            what: `${name}: processor time of the function / bare sharp's, ${PARALLEL} in parallel`,
            value: processorRatio,
            atMost: 1.05,
            key: true as const,
          },
        ]
      : []),
    {
      what: `${name}: throughput / bare sharp's, ${PARALLEL} in parallel`,
      value: 1 / many['whole path'].ratio,
      atLeast: 0.95,
      ...(i === 0 ? { key: true as const } : {}),
    },
  ])
  return {
    tables: [
      {
        title: 'Whole path beside bare sharp',
        columns: [
          'picture',
          'settings',
          'bare ms',
          'whole path ms',
          'ratio',
          'function: read',
          'render',
          'put',
          'all ms',
          `bare/s at ${PARALLEL}`,
          `whole path/s at ${PARALLEL}`,
          'processor time',
          'same pixels',
        ],
        rows: rows.map(({ name, settings, samePixels, one, many, processorRatio, function: told }) => [
          name,
          settings,
          one.bare.ms.toFixed(1),
          one['whole path'].ms.toFixed(1),
          `× ${one['whole path'].ratio.toFixed(3)}`,
          ...[told.read, told.render, told.put, told.total].map((ms) => ms.toFixed(0)),
          ((1000 * batch) / many.bare.ms).toFixed(1),
          ((1000 * batch) / many['whole path'].ms).toFixed(1),
          `× ${processorRatio.toFixed(3)}`,
          samePixels ? 'yes' : 'no',
        ]),
      },
    ],
    figures,
    notes: [
      'The bucket, the mirror and the reader run on the same cores as the function, in a process of their own: what they take is in the times, not in the processor time.',
      ...rows.flatMap(({ one, many }) => [...failuresOf(one), ...failuresOf(many)]),
    ],
    data: rows,
  }
}

export const path: Part = { about: 'the whole path of a missing key beside bare sharp, 1 and 8 in parallel', run }
