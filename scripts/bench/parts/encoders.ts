// Part "encoders": what each encoder needs at equal score, and which quality gives which score. The policy's numbers
// (src/image/policy.ts) come from here.
import sharp, { type Sharp } from 'sharp'

import type { Figure, Options, Part, Report } from '../part.ts'
import { photographs } from '../pictures.ts'
import { references } from '../references.ts'
import { createScorer, ownScale } from '../score/scorer.ts'
import { shown } from '../score/shown.ts'
import { geometricMean, mean, valueAt } from '../statistics.ts'

/** AVIF with the effort that a picture of such a size is given. */
const ENCODERS: Record<
  string,
  { only?: 'web' | 'native'; qualities: number[]; encode: (picture: Sharp, quality: number) => Sharp }
> = {
  'jpeg (sharp default)': {
    qualities: [45, 60, 72, 80, 92],
    encode: (picture, quality) => picture.jpeg({ quality }),
  },
  'mozjpeg table 3': {
    qualities: [50, 66, 74, 82, 92],
    encode: (picture, quality) => picture.jpeg({ quality, mozjpeg: true }),
  },
  'mozjpeg table 2': {
    qualities: [50, 66, 74, 82, 92],
    encode: (picture, quality) => picture.jpeg({ quality, mozjpeg: true, quantisationTable: 2 }),
  },
  'webp e4': {
    qualities: [50, 66, 76, 86, 94],
    encode: (picture, quality) => picture.webp({ quality, effort: 4 }),
  },
  'avif e1': {
    only: 'native',
    qualities: [38, 50, 58, 68, 78],
    encode: (picture, quality) => picture.avif({ quality, effort: 1 }),
  },
  'avif e3': {
    only: 'web',
    qualities: [38, 50, 58, 68, 78],
    encode: (picture, quality) => picture.avif({ quality, effort: 3 }),
  },
}

/** SSIMULACRA2 2.1, which QUALITY is defined by. */
const TARGETS = { eco: 65, balanced: 75, high: 82 }

/** What the others are compared with. */
const BASE = 'jpeg (sharp default)'

interface Point {
  set: string
  picture: string
  encoder: string
  quality: number
  bytes: number
  s2: number | undefined
  butteraugli: number | undefined
}

/** Bytes against sharp's own JPEG at the same score, over the pictures whose curves both reach it. */
function against(points: Point[], encoder: string, metric: 's2' | 'butteraugli', target: (picture: string) => number) {
  const ratios: number[] = []
  const qualities: number[] = []
  for (const picture of new Set(points.map((point) => point.picture))) {
    const curve = (of: string, value: 'bytes' | 'quality') =>
      points
        .filter((point) => point.picture === picture && point.encoder === of)
        .map(
          (point) => [point[metric] ?? Number.NaN, value === 'bytes' ? Math.log(point.bytes) : point.quality] as const,
        )
    const score = target(picture)
    const own = valueAt(curve(encoder, 'bytes'), score)
    const base = valueAt(curve(BASE, 'bytes'), score)
    const quality = valueAt(curve(encoder, 'quality'), score)
    if (own === undefined || base === undefined || quality === undefined) continue
    ratios.push(Math.exp(own - base))
    qualities.push(quality)
  }
  return {
    ratio: geometricMean(ratios),
    quality: mean(qualities),
    from: Math.min(...qualities),
    to: Math.max(...qualities),
    pictures: ratios.length,
  }
}

async function run({ corpus, small, progress }: Options): Promise<Report> {
  const scorer = createScorer()
  const points: Point[] = []
  const pictures = await photographs(corpus)
  try {
    for (const [i, picture] of pictures.entries())
      for (const [set, reference] of Object.entries(await references(picture, small)))
        for (const [encoder, { only, qualities, encode }] of Object.entries(ENCODERS)) {
          if (only !== undefined && only !== set) continue
          progress(`${i + 1}/${pictures.length} ${picture.name} ${set} ${encoder}`)
          const { data, width, height } = reference
          for (const quality of qualities) {
            const bytes = await encode(sharp(data, { raw: { width, height, channels: 3 } }), quality).toBuffer()
            const score = await scorer.score(reference, await shown(bytes))
            points.push({ set, picture: picture.name, encoder, quality, bytes: bytes.length, ...score })
          }
        }
  } finally {
    scorer.close()
  }
  return { tables: tablesOf(points), figures: figuresOf(points), notes: scorer.missing, data: points }
}

/** What this project writes, against what sharp writes unless told otherwise. */
function figuresOf(points: Point[]): Figure[] {
  return ['web', 'native'].map((set) => {
    const own = points.filter((point) => point.set === set)
    const { ratio } = against(own, 'mozjpeg table 3', 's2', () => ownScale(TARGETS.balanced))
    return {
      what: `JPEG at ${set} size: bytes / sharp's default at SSIMULACRA2 75`,
      value: ratio,
      atMost: 0.88,
      key: true,
    }
  })
}

function tablesOf(points: Point[]): Report['tables'] {
  return ['web', 'native'].map((set) => {
    const own = points.filter((point) => point.set === set)
    // Butteraugli has no scale of its own here: what sharp's JPEG of about the same score reaches.
    const even = (picture: string, score: number) =>
      valueAt(
        own
          .filter((point) => point.picture === picture && point.encoder === BASE)
          .map(({ s2, butteraugli }) => [s2 ?? Number.NaN, butteraugli ?? Number.NaN] as const),
        score,
      ) ?? Number.NaN
    return {
      title: `Bytes against sharp's JPEG at equal score, ${set === 'web' ? 'photographs at web size' : 'photographs at native size'}`,
      columns: [
        'encoder',
        ...Object.keys(TARGETS).flatMap((name) => [`${name}: SSIMULACRA2`, 'Butteraugli', 'quality needed']),
      ],
      rows: [...new Set(own.map((point) => point.encoder))].map((encoder) => [
        encoder,
        ...Object.values(TARGETS).flatMap((target) => {
          const score = ownScale(target)
          const s2 = against(own, encoder, 's2', () => score)
          const butteraugli = against(own, encoder, 'butteraugli', (picture) => even(picture, score))
          const quality = `${s2.quality.toFixed(0)} [${s2.from.toFixed(0)}–${s2.to.toFixed(0)}]`
          return [`× ${s2.ratio.toFixed(3)}`, `× ${butteraugli.ratio.toFixed(3)}`, quality]
        }),
      ]),
    }
  })
}

export const encoders: Part = { about: 'bytes of each encoder at equal score, and the quality each needs', run }
