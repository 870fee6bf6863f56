// Part "quality": what QUALITY stands for, in every format: the policy's own settings on photographs, and sharp's JPEG 80.
import sharp, { type Sharp } from 'sharp'

import { QUALITY } from '../../../src/image/policy.ts'
import { needsFullChroma } from '../../../src/image/probe/hot.ts'
import type { Options, Part, Report } from '../part.ts'
import { photographs } from '../pictures.ts'
import { references } from '../references.ts'
import { createScorer, type Shown } from '../score/scorer.ts'
import { shown } from '../score/shown.ts'
import { geometricMean, mean } from '../statistics.ts'

type Way = (picture: Sharp, fullChroma: boolean, set: string) => Sharp

const SHARP = 'sharp jpeg 80'

/** As src/image/encode has it: chroma as the picture needs it, AVIF with the effort of such a size. */
function ways(): Record<string, Way> {
  const all: Record<string, Way> = { [SHARP]: (picture) => picture.jpeg() }
  for (const [name, { jpeg, webp, avif }] of Object.entries(QUALITY)) {
    all[`${name} jpeg ${jpeg}`] = (picture, full) =>
      picture.jpeg({ quality: jpeg, mozjpeg: true, chromaSubsampling: full ? '4:4:4' : '4:2:0' })
    all[`${name} webp ${webp}`] = (picture, full) => picture.webp({ quality: webp, effort: 4, smartSubsample: full })
    all[`${name} avif ${avif}`] = (picture, _, set) => picture.avif({ quality: avif, effort: set === 'web' ? 3 : 1 })
  }
  return all
}

interface Judged {
  set: string
  picture: string
  way: string
  bytes: number
  s2: number
  butteraugli: number
}

async function run({ corpus, small, progress }: Options): Promise<Report> {
  const scorer = createScorer()
  const judged: Judged[] = []
  try {
    const pictures = await photographs(corpus)
    for (const [i, picture] of pictures.entries())
      for (const [set, reference] of Object.entries(await references(picture, small))) {
        const { data, width, height }: Shown = reference
        const fullChroma = needsFullChroma({ data, width, height, channels: 3 })
        for (const [way, encode] of Object.entries(ways())) {
          progress(`${i + 1}/${pictures.length} ${picture.name} ${set} ${way}`)
          const bytes = await encode(sharp(data, { raw: { width, height, channels: 3 } }), fullChroma, set).toBuffer()
          const { s2 = Number.NaN, butteraugli = Number.NaN } = await scorer.score(reference, await shown(bytes))
          judged.push({ set, picture: picture.name, way, bytes: bytes.length, s2, butteraugli })
        }
      }
  } finally {
    scorer.close()
  }
  return reportOf(judged, scorer.missing)
}

function reportOf(judged: Judged[], missing: string[]): Report {
  const of = (set: string, way: string) => judged.filter((one) => one.set === set && one.way === way)
  const cells = (set: string, way: string): string[] => {
    const own = of(set, way)
    const base = of(set, SHARP)
    return [
      `× ${geometricMean(own.map(({ bytes }, i) => bytes / (base[i]?.bytes ?? bytes))).toFixed(3)}`,
      mean(own.map(({ s2 }) => s2)).toFixed(1),
      Math.min(...own.map(({ s2 }) => s2)).toFixed(1),
      mean(own.map(({ butteraugli }) => butteraugli)).toFixed(2),
    ]
  }
  const balanced = Object.keys(ways()).filter((way) => way.startsWith('balanced'))
  const worst = (way: string) => Math.min(...judged.filter((one) => one.way === way).map(({ s2 }) => s2))
  return {
    tables: [
      {
        title: 'What QUALITY stands for',
        columns: [
          'way',
          ...['web size', 'native size'].flatMap((set) => [
            `${set}: bytes`,
            'SSIMULACRA2 mean',
            'worst',
            'Butteraugli mean',
          ]),
        ],
        rows: Object.keys(ways()).map((way) => [way, ...cells('web', way), ...cells('native', way)]),
      },
    ],
    figures: balanced.map((way) => ({
      what: `${way}: worst SSIMULACRA2, at least that of sharp jpeg 80`,
      value: worst(way),
      atLeast: worst(SHARP),
      key: true as const,
    })),
    notes: missing,
    data: judged,
  }
}

export const quality: Part = { about: 'what QUALITY stands for: scores and bytes of the policy on photographs', run }
