import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { build } from 'esbuild'
import sharp, { type Sharp } from 'sharp'

import type { CompressOptions } from '../../src/image/compress.ts'
import type { RenderOptions } from '../../src/image/render.ts'
import { createPool, type Pool, type PoolOptions } from '../../src/workers/pool.ts'

export interface BuiltWorker {
  pool(options?: Partial<PoolOptions>): Pool
  /** A file with a program in which `pool` is a pool; and a file with these bytes. */
  program(body: string): string
  file(name: string, bytes: Buffer): string
  remove(): void
}

/** Bundles the worker as the build does, into a folder of its own; sharp is the project's. */
export async function buildWorker(): Promise<BuiltWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'worker-'))
  const workerPath = join(folder, 'worker.js')
  await build({
    entryPoints: { worker: resolve('src/entry/worker.ts'), pool: resolve('src/workers/pool.ts') },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['sharp'],
    logLevel: 'warning',
  })
  const pools: Pool[] = []
  const env = { NODE_PATH: resolve('node_modules') }
  const file = (name: string, bytes: Buffer | string) => {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return path
  }
  return {
    pool(options = {}) {
      const made = createPool({ workers: 2, workerPath, memoryBytes: 1_500_000_000, env, ...options })
      pools.push(made)
      return made
    },
    file,
    program(body) {
      const options = JSON.stringify({ workers: 2, workerPath, memoryBytes: 1_500_000_000, env })
      return file('program.js', `const pool = require('./pool.js').createPool(${options})\n${body}`)
    },
    remove() {
      pools.forEach((pool) => pool.close())
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const LIMITS = { maxSourcePixels: 100_000_000, maxOutputPixels: 16_777_216 }

export function compressing(options: Partial<CompressOptions> = {}): CompressOptions {
  return { quality: 'balanced', format: 'keep', limits: LIMITS, msLeft: 20_000, ...options }
}

export function rendering(options: Partial<RenderOptions> = {}): RenderOptions {
  const fetchMark = () => Promise.reject(new Error('no marks here'))
  return { quality: 'balanced', limits: LIMITS, msLeft: 20_000, fetchMark, ...options }
}

/** Grain: as slow to encode as pictures get. */
export function grain(width: number, height: number): Sharp {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
  return sharp({ create: { width, height, channels: 3, background: '#888', noise } })
}
