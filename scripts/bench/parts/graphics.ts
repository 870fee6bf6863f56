// Part "graphics": what more could be had for drawings and screens. oxipng (WebAssembly) after our PNG encoder, and nearly
// lossless and lossy WebP beside the lossless one that drawings get.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

import sharp from 'sharp'

import { compress } from '../../../src/image/compress.ts'
import type { Options, Part, Report } from '../part.ts'
import { HOW_TO_INSTALL, peerPath } from '../peers/installed.ts'
import { corpusPictures, type Picture } from '../pictures.ts'
import { createScorer } from '../score/scorer.ts'
import { shown } from '../score/shown.ts'
import { geometricMean, mean } from '../statistics.ts'

const LIMITS = { maxSourcePixels: 100_000_000, maxOutputPixels: 16_777_216 }
/** Below this a file is its headers. */
const LEAST_BYTES = 4000

type Optimise = (png: Uint8Array, level: number, interlace: boolean, optimiseAlpha: boolean) => Uint8Array

interface Oxipng {
  initSync(code: Buffer): unknown
  optimise: Optimise
}

async function oxipng(): Promise<Optimise | undefined> {
  const script = peerPath('@jsquash', 'oxipng', 'codec', 'pkg', 'squoosh_oxipng.js')
  const wasm = peerPath('@jsquash', 'oxipng', 'codec', 'pkg', 'squoosh_oxipng_bg.wasm')
  if (script === undefined || wasm === undefined) return undefined
  const loaded = (await import(pathToFileURL(script).href)) as Oxipng
  loaded.initSync(readFileSync(wasm))
  return loaded.optimise
}

interface Try {
  picture: string
  way: string
  bytes: number
  ms: number
  s2: number
  butteraugli: number
}

const WEBP = {
  'webp lossless e4': { lossless: true, effort: 4 },
  'webp nearly lossless 80': { nearLossless: true, quality: 80, effort: 4 },
  'webp nearly lossless 60': { nearLossless: true, quality: 60, effort: 4 },
  'webp nearly lossless 40': { nearLossless: true, quality: 40, effort: 4 },
  'webp lossy q86 smart': { quality: 86, effort: 4, smartSubsample: true },
} as const

async function run({ corpus, small, progress }: Options): Promise<Report> {
  const found = (await corpusPictures(corpus, 'graphics')).filter(
    ({ name, bytes }) => name.endsWith('.png') && bytes.length >= LEAST_BYTES,
  )
  const pictures = small ? found.slice(0, 1) : found
  const optimise = await oxipng()
  const scorer = createScorer()
  const pngs: Omit<Try, 's2' | 'butteraugli'>[] = []
  const webps: Try[] = []
  try {
    for (const { name, bytes } of pictures) {
      progress(name)
      const started = performance.now()
      const ours = await compress(bytes, { quality: 'balanced', format: 'keep', limits: LIMITS, msLeft: 8000 })
      pngs.push({ picture: name, way: 'this', bytes: ours.bytes.length, ms: performance.now() - started })
      if (optimise !== undefined)
        for (const level of [1, 2]) {
          const began = performance.now()
          const smaller = optimise(ours.bytes, level, false, true)
          pngs.push({
            picture: name,
            way: `this, then oxipng ${level}`,
            bytes: smaller.length,
            ms: performance.now() - began,
          })
        }
      webps.push(...(await asWebp({ name, bytes }, scorer.score)))
    }
  } finally {
    scorer.close()
  }
  return {
    tables: [
      {
        title: 'PNG graphics: oxipng after our own encoder',
        columns: ['way', 'KB', 'bytes against ours', 'ms more in all'],
        rows: [...new Set(pngs.map(({ way }) => way))].map((way) => {
          const own = pngs.filter((one) => one.way === way)
          const ratio = own.map(
            ({ picture, bytes }) => bytes / (pngs.find((one) => one.picture === picture)?.bytes ?? bytes),
          )
          const total = (of: (one: (typeof own)[number]) => number) => own.reduce((sum, one) => sum + of(one), 0)
          return [
            way,
            (total(({ bytes }) => bytes) / 1000).toFixed(1),
            `× ${geometricMean(ratio).toFixed(3)}`,
            total(({ ms }) => ms).toFixed(0),
          ]
        }),
      },
      {
        title: 'Graphics as WebP',
        columns: ['way', 'KB', 'bytes against lossless', 'ms', 'SSIMULACRA2 mean', 'worst', 'Butteraugli worst'],
        rows: Object.keys(WEBP).map((way) => {
          const own = webps.filter((one) => one.way === way)
          const base = webps.filter((one) => one.way === 'webp lossless e4')
          return [
            way,
            (own.reduce((sum, { bytes }) => sum + bytes, 0) / 1000).toFixed(1),
            `× ${geometricMean(own.map(({ bytes }, i) => bytes / (base[i]?.bytes ?? bytes))).toFixed(3)}`,
            own.reduce((sum, { ms }) => sum + ms, 0).toFixed(0),
            mean(own.map(({ s2 }) => s2)).toFixed(1),
            Math.min(...own.map(({ s2 }) => s2)).toFixed(1),
            Math.max(...own.map(({ butteraugli }) => butteraugli)).toFixed(2),
          ]
        }),
      },
    ],
    notes: [
      ...(pictures.length === 0 ? ['No PNG graphics there: nothing to measure.'] : []),
      ...(optimise === undefined ? [`@jsquash/oxipng is not installed (${HOW_TO_INSTALL})`] : []),
      ...scorer.missing,
    ],
    data: { pngs, webps },
  }
}

async function asWebp({ name, bytes }: Picture, score: ReturnType<typeof createScorer>['score']): Promise<Try[]> {
  const pixels = await sharp(bytes).toColourspace('srgb').png({ compressionLevel: 1 }).toBuffer()
  const reference = await shown(pixels)
  const tries: Try[] = []
  for (const [way, options] of Object.entries(WEBP)) {
    const started = performance.now()
    const made = await sharp(pixels).webp(options).toBuffer()
    const ms = performance.now() - started
    const { s2 = Number.NaN, butteraugli = Number.NaN } = await score(reference, await shown(made))
    tries.push({ picture: name, way, bytes: made.length, ms, s2, butteraugli })
  }
  return tries
}

export const graphics: Part = { about: 'PNG graphics: oxipng on top, nearly lossless WebP', run }
