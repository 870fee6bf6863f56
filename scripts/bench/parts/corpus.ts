// Part "corpus": every picture there is through the encoders as the function calls them. Is any answer larger than its
// original? What do photographs look like afterwards, beside sharp's own JPEG at quality 80?
import sharp from 'sharp'

import { compress, type Compressed } from '../../../src/image/compress.ts'
import type { Quality } from '../../../src/image/types.ts'
import type { Options, Part, Report } from '../part.ts'
import { corpusPictures, photographs, type Picture } from '../pictures.ts'
import { createScorer, type Scorer, type Shown } from '../score/scorer.ts'
import { shown } from '../score/shown.ts'
import { mean } from '../statistics.ts'

const LIMITS = { maxSourcePixels: 100_000_000, maxOutputPixels: 16_777_216 }
const FORMATS = ['keep', 'webp', 'avif'] as const
/** The metrics cost 1.5 s a megapixel, so large photographs are judged by this many windows; the worst counts. */
const WINDOW = { width: 640, height: 480 }

interface Answer {
  picture: string
  format: string
  before: number
  after: number
  outcome: string
  settings: string
}

interface Judged {
  picture: string
  by: string
  bytes: number
  before: number
  s2: number
  butteraugli: number
}

function made(bytes: Buffer, format: (typeof FORMATS)[number], quality: Quality): Promise<Compressed> {
  return compress(bytes, { quality, format, limits: LIMITS, msLeft: 8000 })
}

/** Two windows on the diagonal, or the whole where it is small. */
function windows(
  { width, height }: Shown,
  small: boolean,
): { left: number; top: number; width: number; height: number }[] {
  const size = small ? { width: 96, height: 96 } : WINDOW
  const cut = { width: Math.min(size.width, width), height: Math.min(size.height, height) }
  const at = (share: number) => ({
    left: Math.round((width - cut.width) * share),
    top: Math.round((height - cut.height) * share),
    ...cut,
  })
  return width === cut.width && height === cut.height ? [at(0)] : [at(1 / 3), at(2 / 3)]
}

async function judge(scorer: Scorer, reference: Shown, bytes: Buffer, small: boolean) {
  const result = await shown(bytes)
  const scores = []
  for (const window of windows(reference, small)) {
    const cut = async ({ data, width, height }: Shown): Promise<Shown> => ({
      data: await sharp(data, { raw: { width, height, channels: 3 } })
        .extract(window)
        .raw()
        .toBuffer(),
      width: window.width,
      height: window.height,
    })
    scores.push(await scorer.score(await cut(reference), await cut(result)))
  }
  return {
    s2: mean(scores.map(({ s2 }) => s2 ?? Number.NaN)),
    butteraugli: mean(scores.map(({ butteraugli }) => butteraugli ?? Number.NaN)),
  }
}

async function run({ corpus, small, progress }: Options): Promise<Report> {
  const scorer = createScorer()
  try {
    const answers = await sizes(corpus, progress)
    const judged: Judged[] = []
    for (const { name, bytes } of await photographs(corpus)) {
      const upright = await sharp(bytes).autoOrient().toColourspace('srgb').png({ compressionLevel: 1 }).toBuffer()
      const reference = await shown(upright)
      const add = async (by: string, result: Buffer) => {
        progress(`scores: ${name} ${by}`)
        const score = await judge(scorer, reference, result, small)
        judged.push({ picture: name, by, bytes: result.length, before: bytes.length, ...score })
      }
      await add('sharp jpeg q80', await sharp(upright).jpeg().toBuffer())
      for (const quality of ['eco', 'balanced', 'high'] as const)
        for (const format of FORMATS) {
          const result = await made(
            format === 'keep' ? await asCamera({ name, bytes }, upright) : bytes,
            format,
            quality,
          )
          // What stays as it was, and PNG kept as PNG, says nothing about this format.
          const wanted = format === 'keep' ? 'jpeg' : format
          if (result.outcome === 'compressed' && result.format === wanted)
            await add(`${quality} ${wanted}`, result.bytes)
        }
    }
    return reportOf(answers, judged, scorer.missing)
  } finally {
    scorer.close()
  }
}

/** A lossless photograph as a camera would have written it: quality 97, full chroma. */
async function asCamera({ bytes }: Picture, upright: Buffer): Promise<Buffer> {
  if (bytes[0] === 0xff) return bytes
  return sharp(upright).flatten({ background: '#fff' }).jpeg({ quality: 97, chromaSubsampling: '4:4:4' }).toBuffer()
}

async function sizes(corpus: string, progress: Options['progress']): Promise<Answer[]> {
  const folders = await Promise.all(['photos', 'graphics', 'formats'].map((folder) => corpusPictures(corpus, folder)))
  const pictures = folders.flat().length > 0 ? folders.flat() : await photographs(corpus)
  const answers: Answer[] = []
  for (const [i, { name, bytes }] of pictures.entries())
    for (const format of FORMATS) {
      progress(`sizes: ${i + 1}/${pictures.length} ${name} ${format}`)
      const result = await made(bytes, format, 'balanced')
      answers.push({
        picture: name,
        format,
        before: bytes.length,
        after: result.bytes.length,
        outcome: [result.outcome, result.reason].filter(Boolean).join(': '),
        settings: result.settings,
      })
    }
  return answers
}

function reportOf(answers: Answer[], judged: Judged[], missing: string[]): Report {
  const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0)
  const larger = answers.filter(({ before, after }) => after > before)
  const ways = [...new Set(judged.map(({ by }) => by))]
  const of = (by: string) => judged.filter((one) => one.by === by)
  const worst = (by: string) => Math.min(...of(by).map(({ s2 }) => s2))
  return {
    tables: [
      {
        title: 'Every picture of the corpus, QUALITY=balanced',
        columns: ['FORMAT', 'pictures', 'MB before', 'MB after', 'saved', 'compressed', 'larger than the original'],
        rows: FORMATS.map((format) => {
          const own = answers.filter((answer) => answer.format === format)
          const before = sum(own.map((answer) => answer.before))
          const after = sum(own.map((answer) => answer.after))
          return [
            format,
            String(own.length),
            (before / 1e6).toFixed(2),
            (after / 1e6).toFixed(2),
            `${(100 * (1 - after / before)).toFixed(1)} %`,
            String(own.filter(({ outcome }) => outcome === 'compressed').length),
            String(larger.filter((answer) => answer.format === format).length),
          ]
        }),
      },
      {
        title: 'Photographs at native size, by QUALITY',
        columns: ['way', 'photographs', 'bytes against q80', 'SSIMULACRA2 mean', 'worst', 'Butteraugli mean', 'worst'],
        rows: ways.map((by) => {
          const own = of(by)
          const base = of('sharp jpeg q80').filter(({ picture }) => own.some((one) => one.picture === picture))
          return [
            by,
            String(own.length),
            `× ${(sum(own.map(({ bytes }) => bytes)) / sum(base.map(({ bytes }) => bytes))).toFixed(3)}`,
            mean(own.map(({ s2 }) => s2)).toFixed(1),
            worst(by).toFixed(1),
            mean(own.map(({ butteraugli }) => butteraugli)).toFixed(2),
            Math.max(...own.map(({ butteraugli }) => butteraugli)).toFixed(2),
          ]
        }),
      },
    ],
    figures: [
      { what: 'answers larger than their original', value: larger.length, atMost: 0, key: true },
      ...['jpeg', 'webp', 'avif'].map((format) => ({
        what: `balanced ${format}: worst SSIMULACRA2 less that of sharp jpeg q80`,
        value: worst(`balanced ${format}`) - worst('sharp jpeg q80'),
        atLeast: 0,
      })),
    ],
    notes: [
      'Scores are calc-s2-rust’s, over windows of 640×480; lossless photographs were made JPEGs of quality 97 first for the JPEG rows.',
      ...missing,
    ],
    data: { answers, judged },
  }
}

export const corpus: Part = {
  about: 'every picture of the corpus: bytes saved, none larger, scores of photographs',
  run,
}
