// What the peers' pictures and ours say of each other: qualities that look alike, bytes at equal score, tables and figures.
import type { Figure, Report } from '../part.ts'
import { failuresOf, type Timed } from '../rounds.ts'
import type { Score } from '../score/scorer.ts'
import { geometricMean, mean, median, valueAt } from '../statistics.ts'
import type { Format, Peer } from './servers.ts'

/** One of the widths that Next.js makes unless told otherwise. */
export const WIDTH = 828
export const FORMATS: readonly Format[] = ['jpeg', 'webp', 'avif']
export const PARALLEL = 8

export interface Made extends Score {
  picture: string
  format: Format
  by: string
  /** As asked for; undefined: the default. */
  quality: number | undefined
  bytes: number
}

/** By who makes it, and at which quality where that is not the default. `processorMs`: of each round. */
export type Throughput = Record<Format, Record<string, Timed & { processorMs: number[] }>>

/** The quality with which a peer's pictures score as ours do; undefined where it has none such. */
export type Qualities = Record<Format, Record<string, number | undefined>>

export const AT_SCORE = ', as good'

/** For each format the quality with which each peer's pictures score as ours do, over those that both made. */
export function asGood(peers: Peer[], made: Made[]): Qualities {
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

export function reportOf(
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
