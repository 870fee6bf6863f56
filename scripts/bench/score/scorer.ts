// How much a picture looks like its original, by two metrics of different families.
import { execFile, fork } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { temporaryFolder } from '../ending.ts'
import { HOW_TO_INSTALL, peerPath } from '../peers/installed.ts'

const run = promisify(execFile)
const BUTTERAUGLI = '/usr/bin/butteraugli_main'

/** 8-bit RGB. */
export interface Shown {
  data: Buffer
  width: number
  height: number
}

export interface Score {
  /** calc-s2-rust, higher is better; its own scale, see `ownScale`. undefined where it is not installed. */
  s2: number | undefined
  /** Butteraugli, 3-norm, lower is better. undefined where libjxl-devtools is not installed. */
  butteraugli: number | undefined
}

export interface Scorer {
  /** One line for each metric that is missing. */
  missing: string[]
  score(reference: Shown, shown: Shown): Promise<Score>
  close(): void
}

// Scores of the reference program (SSIMULACRA2 2.1) and what calc-s2-rust gives the same pictures.
const SCALES = [
  [0, 0],
  [52.4, 53.3],
  [68.4, 69.6],
  [78.2, 80.1],
  [84.9, 87.8],
  [89.1, 93.6],
  [91.8, 100],
] as const

/** What calc-s2-rust calls a score of SSIMULACRA2 2.1: 65 is 66.1, 75 is 76.7, 82 is 84.5. */
export function ownScale(score: number): number {
  const at = Math.max(
    1,
    SCALES.findIndex(([reference]) => reference >= score),
  )
  const [x0, y0] = SCALES[at - 1] ?? [0, 0]
  const [x1, y1] = SCALES[at] ?? [100, 100]
  return y0 + ((score - x0) / (x1 - x0)) * (y1 - y0)
}

export function createScorer(): Scorer {
  const s2 = startS2()
  const butteraugli = existsSync(BUTTERAUGLI) ? startButteraugli() : undefined
  const missing = [
    ...(s2 === undefined ? [`calc-s2-rust is not installed (${HOW_TO_INSTALL}): no SSIMULACRA2 scores`] : []),
    ...(butteraugli === undefined
      ? ['butteraugli_main is not installed (Debian: libjxl-devtools): no Butteraugli']
      : []),
  ]
  return {
    missing,
    async score(reference, shown) {
      if (reference.width !== shown.width || reference.height !== shown.height)
        throw new RangeError(
          `Expected ${reference.width}×${reference.height} pixels, got ${shown.width}×${shown.height}`,
        )
      const [own, other] = await Promise.all([s2?.score(reference, shown), butteraugli?.score(reference, shown)])
      return { s2: own, butteraugli: other }
    },
    close() {
      butteraugli?.close()
      s2?.close()
    },
  }
}

function startS2(): { score(a: Shown, b: Shown): Promise<number>; close(): void } | undefined {
  const script = peerPath('calc-s2-rust', 'calc_s2_rust.js')
  const wasm = peerPath('calc-s2-rust', 'calc_s2_rust_bg.wasm')
  if (script === undefined || wasm === undefined) return undefined
  const child = fork(join(process.cwd(), 'scripts', 'bench', 'score', 'worker.mjs'), [script, wasm], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let last: Promise<unknown> = Promise.resolve()
  const ask = (task: { reference: Buffer; shown: Buffer; width: number; height: number }): Promise<number> =>
    new Promise((resolve, reject) => {
      const gone = (code: number | null) => reject(new Error(`Expected a score, got the end of the process (${code})`))
      child.once('exit', gone)
      child.once('message', (score) => {
        child.off('exit', gone)
        resolve(score as number)
      })
      child.send(task)
    })
  return {
    score: ({ data: reference, width, height }, { data: shown }) => {
      const next = last.then(() => ask({ reference, shown, width, height }))
      last = next.catch(() => undefined)
      return next
    },
    close: () => void child.kill(),
  }
}

function startButteraugli(): { score(a: Shown, b: Shown): Promise<number>; close(): void } {
  const folder = temporaryFolder()
  let count = 0
  return {
    async score(reference, shown) {
      const files = [`${count++}.ppm`, `${count++}.ppm`].map((name) => join(folder, name))
      for (const [i, { data, width, height }] of [reference, shown].entries())
        await writeFile(files[i] ?? '', Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), data]))
      try {
        const { stdout } = await run(BUTTERAUGLI, [...files, '--pnorm', '3'], { timeout: 300_000 })
        const norm = Number(/3-norm: ([0-9.]+)/.exec(stdout)?.[1])
        if (Number.isNaN(norm)) throw new Error(`Expected a 3-norm of butteraugli_main, got «${stdout.slice(0, 200)}»`)
        return norm
      } finally {
        for (const file of files) rmSync(file, { force: true })
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
