// Part "peers": the same pictures through ipx, the Next.js image optimizer and this function: pictures a second, bytes, score.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import sharp from 'sharp'

import { coresApart, moveAside, startApart, together } from '../apart.ts'
import { type BenchCloud, benchCloud, expectOk } from '../cloud.ts'
import type { Figure, Options, Part, Report } from '../part.ts'
import { type Format, type Peer, startPeers } from '../peers/servers.ts'
import { photographOf, photographs } from '../pictures.ts'
import { timedOn } from '../processes.ts'
import { failuresOf, inParallel, interleaved, type Timed } from '../rounds.ts'
import { createScorer, type Score } from '../score/scorer.ts'
import { shown } from '../score/shown.ts'
import { geometricMean, mean, median, valueAt } from '../statistics.ts'

/** One of the widths that Next.js makes unless told otherwise. */
const WIDTH = 828
const FORMATS: readonly Format[] = ['jpeg', 'webp', 'avif']
const PARALLEL = 8
const BATCH = 16

interface Made extends Score {
  picture: string
  format: Format
  by: string
  /** As asked for; undefined: the default. */
  quality: number | undefined
  bytes: number
}

/** By who makes it, and at which quality where that is not the default. `processorMs`: of each round. */
type Throughput = Record<Format, Record<string, Timed & { processorMs: number[] }>>

/** The quality with which a peer's pictures score as ours do; undefined where it has none such. */
type Qualities = Record<Format, Record<string, number | undefined>>

const AT_SCORE = ', as good'

/** Originals over HTTP: any name below /i/ gives picture i, so that nobody's cache answers twice. */
async function serve(pictures: readonly Buffer[]): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const bytes = pictures[Number(/^\/(\d+)\//.exec(request.url ?? '')?.[1])]
    if (bytes === undefined) response.writeHead(404).end()
    else
      response
        .writeHead(200, {
          'Content-Type': bytes[0] === 0x89 ? 'image/png' : 'image/jpeg',
          'Content-Length': bytes.length,
        })
        .end(bytes)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() }
}

/** This function, asked as the peers are: the bytes of picture `i`, from the first read of a key nobody had. */
function ours(cloud: BenchCloud, pictures: readonly Buffer[]) {
  let last = 0
  return {
    prepare: async (i: number): Promise<string> => {
      const key = `${i}/${last++}.jpg`
      await cloud.upload(key, pictures[i] ?? Buffer.alloc(0))
      return key
    },
    get: async (key: string, format: Format): Promise<Buffer> => {
      const asked = `${key}__op__resize,w_${WIDTH}__op__format,f_${format === 'jpeg' ? 'jpg' : format}`
      return expectOk(await cloud.read(asked), asked).bytes
    },
  }
}

async function run({ corpus, rounds, small, progress }: Options): Promise<Report> {
  const cores = coresApart()
  const { peers, missing } = await startApart(cores, startPeers)
  const scorer = createScorer()
  try {
    if (peers.length === 0) return { tables: [], notes: missing, data: [] }
    const found = await photographs(corpus)
    const measured = small ? found.slice(0, 2) : found
    const camera = (await photographOf(corpus, small ? 0.1 : 12)).bytes
    const pictures = [...measured.map(({ bytes }) => bytes), camera]
    const server = await serve(pictures)
    const cloud = await startApart(cores, async () => {
      const started = await benchCloud()
      await started.warmUp(camera)
      return started
    })
    try {
      together(cores)
      const own = ours(cloud, pictures)
      const made: Made[] = []
      const unlike: Record<string, Map<string, string>> = {}
      for (const [i, { name, bytes }] of measured.entries()) {
        // From all pixels: decoders that shrink on load, as most here do, are judged by what they lose, too.
        const whole = await sharp(bytes).autoOrient().toColourspace('srgb').png({ compressionLevel: 1 }).toBuffer()
        const reference = await shown(
          await sharp(whole).resize(WIDTH, undefined, { withoutEnlargement: true }).png().toBuffer(),
        )
        for (const format of FORMATS) {
          progress(`${name} as ${format}`)
          const add = async (by: string, quality: number | undefined, picture: Buffer) => {
            // Next.js keeps PNG where no modern format is accepted: nothing to compare.
            const { format: got } = await sharp(picture).metadata()
            if (got !== (format === 'avif' ? 'heif' : format)) return
            const seen = await shown(picture)
            // On its side: whoever ignores the orientation cannot be compared.
            if (seen.width !== reference.width || seen.height !== reference.height) {
              ;(unlike[by] ??= new Map()).set(name, `${name} is ${seen.width}×${seen.height}`)
              return
            }
            const score = await scorer.score(reference, seen)
            made.push({ picture: name, format, by, quality, bytes: picture.length, ...score })
          }
          await add('this', undefined, await own.get(await own.prepare(i), format))
          for (const peer of peers)
            for (const quality of [undefined, ...(small ? [] : peer.qualities)])
              await add(
                peer.name,
                quality,
                await peer.get({
                  url: `${server.url}/${i}/${format}-${quality ?? 'default'}`,
                  width: WIDTH,
                  format,
                  ...(quality === undefined ? {} : { quality }),
                }),
              )
        }
      }
      const qualities = asGood(peers, made)
      moveAside(cores)
      const throughput = await throughputs(peers, server.url, cloud, pictures, qualities, { rounds, small, progress })
      const notes = Object.entries(unlike).map(
        ([by, which]) =>
          `${by} gives ${which.size} of ${measured.length} photographs another size, left out: ${[...which.values()].join(', ')}.`,
      )
      return reportOf(peers, throughput, qualities, made, [...notes, ...missing, ...scorer.missing], {
        batch: small ? 4 : BATCH,
        cores,
      })
    } finally {
      server.close()
      await cloud.close()
    }
  } finally {
    together(cores)
    scorer.close()
    for (const peer of peers) await peer.close()
  }
}

function asGood(peers: Peer[], made: Made[]): Qualities {
  const of = (format: Format) =>
    peers.map(({ name, qualities, takes }) => {
      const theirs = made.filter((one) => one.by === name && one.format === format)
      const pictures = new Set(theirs.map(({ picture }) => picture))
      const ours = made.filter((one) => one.by === 'this' && one.format === format && pictures.has(one.picture))
      const scoreOf = (some: Made[]) => mean(some.map(({ s2 }) => s2 ?? Number.NaN))
      const curve = qualities
        .map((quality) => [scoreOf(theirs.filter((one) => one.quality === quality)), quality] as const)
        .filter(([score]) => Number.isFinite(score))
      const wanted = valueAt(curve, scoreOf(ours))
      return [name, wanted === undefined ? undefined : takes(wanted)] as const
    })
  return Object.fromEntries(FORMATS.map((format) => [format, Object.fromEntries(of(format))])) as Qualities
}

async function throughputs(
  peers: Peer[],
  url: string,
  cloud: BenchCloud,
  pictures: readonly Buffer[],
  qualities: Qualities,
  { rounds, small, progress }: Pick<Options, 'rounds' | 'small' | 'progress'>,
): Promise<Throughput> {
  const camera = pictures.length - 1
  const own = ours(cloud, pictures)
  let last = 0
  const result: Partial<Throughput> = {}
  for (const format of FORMATS) {
    const batch = Array.from({ length: small ? 4 : BATCH }, (_, i) => i)
    const processor: Record<string, number[]> = { this: [] }
    const ways: Record<string, () => Promise<number>> = {
      this: async () => {
        const keys: string[] = []
        for (const _ of batch) keys.push(await own.prepare(camera))
        const pids = cloud.gateway.instances().flatMap(({ pid }) => pid ?? [])
        return timedOn(pids, (processor['this'] ??= []), () =>
          inParallel(
            PARALLEL,
            keys.map((key) => () => own.get(key, format)),
          ),
        )
      },
    }
    for (const peer of peers) {
      const quality = qualities[format][peer.name]
      for (const [name, how] of [
        [peer.name, {}] as const,
        ...(quality === undefined ? [] : [[`${peer.name}${AT_SCORE}`, { quality }] as const]),
      ])
        ways[name] = () =>
          timedOn([peer.pid], (processor[name] ??= []), () =>
            inParallel(
              PARALLEL,
              batch.map(() => () => peer.get({ url: `${url}/${camera}/${last++}`, width: WIDTH, format, ...how })),
            ),
          )
    }
    const times = await interleaved(rounds, ways, (text) => progress(`12 MP to ${WIDTH} px ${format}, ${text}`))
    result[format] = Object.fromEntries(
      Object.entries(times).map(([by, time]) => [by, { ...time, processorMs: (processor[by] ?? []).slice(1) }]),
    )
  }
  return result as Throughput
}

/** What a peer needs to look as ours does, against what we need, picture by picture. */
function atOurScore(made: Made[], format: Format, by: string, metric: 's2' | 'butteraugli'): number {
  const ratios: number[] = []
  for (const own of made.filter((one) => one.by === 'this' && one.format === format)) {
    const score = own[metric]
    if (score === undefined) continue
    const curve = made
      .filter((one) => one.by === by && one.format === format && one.picture === own.picture)
      .map((one) => [one[metric] ?? Number.NaN, Math.log(one.bytes)] as const)
    const theirs = valueAt(curve, score)
    if (theirs !== undefined) ratios.push(own.bytes / Math.exp(theirs))
  }
  return geometricMean(ratios)
}

function times(ratio: number): string {
  return Number.isFinite(ratio) ? `× ${ratio.toFixed(3)}` : '–'
}

function reportOf(
  peers: Peer[],
  throughput: Throughput,
  qualities: Qualities,
  made: Made[],
  missing: string[],
  { batch, cores }: { batch: number; cores: number },
): Report {
  const where =
    cores > 0
      ? 'each with half of the cores to itself, readers, originals, bucket and mirror on the other half'
      : 'everything on the same cores'
  const names = ['this', ...peers.map(({ name }) => name)]
  const of = (by: string, format: Format) =>
    made.filter((one) => one.by === by && one.format === format && one.quality === undefined)
  const looks = FORMATS.flatMap((format) =>
    names.map((by) => {
      const own = of(by, format)
      const scores = own.map(({ s2 }) => s2 ?? Number.NaN)
      return {
        format,
        by,
        kilobytes: mean(own.map(({ bytes }) => bytes)) / 1000,
        meanScore: mean(scores),
        worstScore: Math.min(...scores),
        butteraugli: mean(own.map(({ butteraugli }) => butteraugli ?? Number.NaN)),
        ours: by === 'this' ? 1 : atOurScore(made, format, by, 's2'),
        oursButteraugli: by === 'this' ? 1 : atOurScore(made, format, by, 'butteraugli'),
      }
    }),
  )
  const speeds = FORMATS.flatMap((format) =>
    Object.entries(throughput[format]).map(([name, { ms, ratio, processorMs }]) => {
      const by = name.replace(AT_SCORE, '')
      return {
        format,
        by,
        asGood: name !== by,
        quality: name === by ? 'default' : String(qualities[format][by]),
        perSecond: (1000 * batch) / ms,
        processorMs: median(processorMs) / batch,
        ratio,
      }
    }),
  )
  const figures: Figure[] = [
    ...looks
      .filter(({ by }) => by !== 'this')
      .map(({ format, by, ours }) => ({
        what: `${format}: bytes at equal score, this / ${by}`,
        value: ours,
        atMost: 1,
        key: true as const,
      })),
    ...speeds
      .filter(({ by }) => by !== 'this')
      .map(({ format, by, asGood, ratio }) => ({
        what: `${format}: pictures a second, this / ${by} at ${asGood ? 'a quality as good' : 'its default'}`,
        value: ratio,
        atLeast: 1,
        key: true as const,
      })),
  ]
  return {
    tables: [
      {
        title: `Photographs to ${WIDTH} px, each at its defaults`,
        columns: [
          'format',
          'by',
          'KB',
          'SSIMULACRA2 mean',
          'worst',
          'Butteraugli',
          'our bytes at equal score',
          'at equal Butteraugli',
        ],
        rows: looks.map((row) => [
          row.format,
          row.by,
          row.kilobytes.toFixed(1),
          row.meanScore.toFixed(1),
          row.worstScore.toFixed(1),
          row.butteraugli.toFixed(2),
          times(row.ours),
          times(row.oursButteraugli),
        ]),
      },
      {
        title: `A 12 MP JPEG to ${WIDTH} px, ${PARALLEL} at once`,
        columns: ['format', 'by', 'quality', 'pictures/s', 'processor ms', 'ours / theirs'],
        rows: speeds.map((row) => [
          row.format,
          row.by,
          row.quality,
          row.perSecond.toFixed(1),
          row.processorMs.toFixed(0),
          times(row.ratio),
        ]),
      },
    ],
    figures,
    notes: [
      `Pictures a second: nothing cached, ${where}. ipx and Next.js read the original over HTTP and answer; this reads it from the local bucket, verifies, stores and answers. A quality as good: the mean score of the photographs is ours.`,
      ...FORMATS.flatMap((format) =>
        peers
          .filter(({ name }) => qualities[format][name] === undefined)
          .map(({ name }) => `${name} has no quality at which its ${format} scores as ours does.`),
      ),
      ...FORMATS.flatMap((format) => failuresOf(throughput[format])),
      ...missing,
    ],
    data: { looks, speeds, throughput, made },
  }
}

export const peers: Part = { about: 'ipx and the Next.js image optimizer: pictures a second, bytes and scores', run }
