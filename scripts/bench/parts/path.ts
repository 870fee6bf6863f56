// Part "path": a missing key through reader, bucket, mirror rule, function and put, beside bare sharp making the same picture.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import sharp from 'sharp'

import { coresApart, startApart, together } from '../apart.ts'
import { type Job, jobOf } from '../bare/job.ts'
import { type BareProcess, startBare } from '../bare/process.ts'
import { type BenchCloud, benchCloud, expectOk } from '../cloud.ts'
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
  many: Many
  /** The same with the function's processes, and bare sharp's, on cores of their own. */
  apart: Many | undefined
  /** What the function itself says about one alone: medians. */
  function: { total: number; read: number; render: number; put: number }
}

/** Both sides: a number of pictures, some of them at once. */
interface Many extends Record<'bare' | 'whole path', Timed> {
  /** Of the function's processes against bare sharp's, for the same pictures; median of the rounds. */
  processorRatio: number
  /** How the function made some of them, where that is not what bare sharp did: then the two cannot be compared. */
  otherSettings: string[]
  /** The function ended and came again, perhaps on other cores. */
  restarted: boolean
}

/** Both sides as they are started, and keys that nobody has read. */
interface Sides {
  cloud: BenchCloud
  bare: BareProcess
  fresh(suffix: string, count: number): Promise<string[]>
}

async function startSides(photo: Buffer): Promise<Sides> {
  const cloud = await benchCloud()
  const bare = startBare(cloud.codeDir)
  await cloud.warmUp(photo).catch(async (error: unknown) => {
    await endSides({ cloud, bare })
    throw error
  })
  let last = 0
  return {
    cloud,
    bare,
    /** Every read is of a key that is missing: nothing answers from the bucket. */
    fresh: async (suffix, count) => {
      const keys = Array.from({ length: count }, () => `photo-${last++}.jpg`)
      for (const key of keys) await cloud.upload(key, photo)
      return keys.map((key) => `${key}${suffix}`)
    },
  }
}

async function endSides({ cloud, bare }: Pick<Sides, 'cloud' | 'bare'>): Promise<void> {
  bare.close()
  await cloud.close()
}

async function measureMany(
  { cloud, bare, fresh }: Sides,
  { job, suffix, settings }: { job: Job; suffix: string; settings: string },
  { parallel, batch, rounds }: { parallel: number; batch: number; rounds: number },
  progress: (text: string) => void,
): Promise<Many> {
  const processor: { bare: number[]; function: number[] } = { bare: [], function: [] }
  const others = new Set<string>()
  const times = await interleaved(
    rounds,
    {
      bare: () =>
        timedOn([bare.pid], processor.bare, () =>
          inParallel(
            parallel,
            Array.from({ length: batch }, () => () => bare.time(job)),
          ),
        ),
      'whole path': async () => {
        const keys = await fresh(suffix, batch)
        const pids = cloud.gateway.instances().flatMap(({ pid }) => pid ?? [])
        const ms = await timedOn(pids, processor.function, () =>
          inParallel(
            parallel,
            keys.map((key) => async () => expectOk(await cloud.read(key), key)),
          ),
        )
        for (const key of keys) others.add(cloud.line(key)?.settings ?? 'settings that it did not log')
        return ms
      },
    },
    progress,
  )
  others.delete(settings)
  return {
    ...times,
    processorRatio: median(processor.function.slice(1).map((ms, i) => ms / (processor.bare[i + 1] ?? ms))),
    otherSettings: [...others],
    restarted: cloud.gateway.counters.started !== 1,
  }
}

async function run({ corpus, rounds, small, progress }: Options): Promise<Report> {
  const photo = (await photographOf(corpus, small ? 0.1 : 12)).bytes
  const folder = temporaryFolder()
  const file = join(folder, 'photo.jpg')
  writeFileSync(file, photo)
  const rows: Row[] = []
  const jobs: { job: Job; suffix: string; settings: string }[] = []
  const batch = small ? 4 : BATCH
  const sides = await startSides(photo)
  const { cloud, bare, fresh } = sides
  try {
    for (const { name, suffix, width } of CASES) {
      const [key = ''] = await fresh(suffix, 1)
      const answer = expectOk(await cloud.read(key), key)
      const settings = cloud.line(key)?.settings ?? ''
      const job: Job = { file, ...(width === undefined ? {} : { width }), ...jobOf(settings) }
      jobs.push({ job, suffix, settings })
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
      const many = await measureMany(sides, { job, suffix, settings }, { parallel: PARALLEL, batch, rounds }, (text) =>
        progress(`${name}, ${PARALLEL} in parallel, ${text}`),
      )
      rows.push({
        name,
        settings,
        samePixels,
        one,
        many,
        apart: undefined,
        function: {
          total: median(alone.map(({ total }) => total)),
          read: median(alone.map(({ read }) => read)),
          render: median(alone.map(({ render }) => render)),
          put: median(alone.map(({ put }) => put)),
        },
      })
    }
  } finally {
    await endSides(sides)
  }
  const cores = coresApart()
  if (cores > 0) await measureApart(cores, rows, jobs)
  return reportOf(rows, batch)

  async function measureApart(cores: number, rows: Row[], jobs: Parameters<typeof measureMany>[1][]): Promise<void> {
    const sides = await startApart(cores, () => startSides(photo))
    try {
      for (const [i, row] of rows.entries()) {
        const of = jobs[i]
        if (of === undefined) continue
        // On half of the cores half as many: with more, effort would follow the queue.
        row.apart = await measureMany(sides, of, { parallel: PARALLEL / 2, batch, rounds }, (text) =>
          progress(`${row.name}, on cores of its own, ${text}`),
        )
      }
    } finally {
      together(cores)
      await endSides(sides)
    }
  }
}

async function same(a: Buffer, b: Buffer): Promise<boolean> {
  const [x, y] = await Promise.all([a, b].map((bytes) => sharp(bytes).raw().toBuffer()))
  return x !== undefined && y !== undefined && x.equals(y)
}

function reportOf(rows: Row[], batch: number): Report {
  const figures: Figure[] = rows.flatMap(({ name, one, many, apart }, i) => [
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
            value: many.processorRatio,
            atMost: 1.05,
            key: true as const,
          },
        ]
      : []),
    {
      what: `${name}: throughput / bare sharp's, ${PARALLEL} in parallel, bucket, mirror and readers on the same cores`,
      value: 1 / many['whole path'].ratio,
      atLeast: 0.95,
      ...(i === 0 ? { key: true as const } : {}),
    },
    ...(apart === undefined
      ? []
      : [
          {
            what: `${name}: throughput / bare sharp's, ${PARALLEL / 2} in parallel, each on cores of its own`,
            // Less effort, or another process on other cores: nothing to compare.
            value: apart.otherSettings.length > 0 || apart.restarted ? Number.NaN : 1 / apart['whole path'].ratio,
            atLeast: 0.95,
            ...(i === 0 ? { key: true as const } : {}),
          },
        ]),
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
          'apart: bare/s',
          'apart: whole path/s',
          'same pixels',
        ],
        rows: rows.map(({ name, settings, samePixels, one, many, apart, function: told }) => [
          name,
          settings,
          one.bare.ms.toFixed(1),
          one['whole path'].ms.toFixed(1),
          `× ${one['whole path'].ratio.toFixed(3)}`,
          ...[told.read, told.render, told.put, told.total].map((ms) => ms.toFixed(0)),
          ((1000 * batch) / many.bare.ms).toFixed(1),
          ((1000 * batch) / many['whole path'].ms).toFixed(1),
          `× ${many.processorRatio.toFixed(3)}`,
          apart === undefined ? '–' : ((1000 * batch) / apart.bare.ms).toFixed(1),
          apart === undefined ? '–' : ((1000 * batch) / apart['whole path'].ms).toFixed(1),
          samePixels ? 'yes' : 'no',
        ]),
      },
    ],
    figures,
    notes: [
      'The bucket, the mirror and the reader run on the same cores as the function, in a process of their own: what they take is in the times, not in the processor time.',
      `Apart: the function's processes, and bare sharp's, on half of the cores, ${PARALLEL / 2} pictures at once; bucket, mirror and reader on the other half.`,
      ...rows.flatMap(({ name, one, many, apart }) => [
        ...failuresOf(one),
        ...[many, ...(apart === undefined ? [] : [apart])].flatMap(
          ({ bare, 'whole path': whole, otherSettings, restarted }) => [
            ...failuresOf({ bare, 'whole path': whole }),
            ...(restarted ? [`${name}: the function came anew meanwhile, perhaps on other cores.`] : []),
            ...(otherSettings.length === 0 ? [] : [`${name}: some were made with ${otherSettings.join('; ')}.`]),
          ],
        ),
      ]),
    ],
    data: rows,
  }
}

export const path: Part = { about: 'the whole path of a missing key beside bare sharp, 1 and 8 in parallel', run }
