import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'

import { compress } from '../../src/image/compress.ts'
import { BUILT } from '../e2e/support.ts'
import { createPool } from '../../src/workers/pool.ts'

const LIMITS = { maxSourcePixels: 1e8, maxOutputPixels: 1e8 }

/** Says, in a process where loaders.ts did its work, which of these libvips opens. */
function opened(files: Record<string, Buffer>): string[] {
  const script = `
    import sharp from 'sharp'
    import { blockUnneededLoaders } from './src/image/loaders.ts'
    const files = JSON.parse(process.argv[1])
    const open = async (bytes) => { try { await sharp(bytes).raw().toBuffer(); return true } catch { return false } }
    const main = async () => {
      const before = [], after = []
      for (const [name, text] of Object.entries(files)) if (await open(Buffer.from(text, 'base64'))) before.push(name)
      blockUnneededLoaders()
      for (const [name, text] of Object.entries(files)) if (await open(Buffer.from(text, 'base64'))) after.push(name)
      console.log(JSON.stringify([before, after, await open(process.argv[2])]))
    }
    main()`
  const given = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, bytes.toString('base64')]))
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, JSON.stringify(given)]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as string[]
}

const PICTURE = sharp({ create: { width: 16, height: 16, channels: 3, background: '#357' } })

it('libvips is left with the decoders that are needed', async () => {
  const needed: Record<string, Buffer> = {}
  for (const format of ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const) {
    needed[format] = await PICTURE.clone().toFormat(format).toBuffer()
  }
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>')
  const [before, after, fromDisk] = opened({ ...needed, svg })
  expect(before).toEqual([...Object.keys(needed), 'svg'])
  expect(after).toEqual(Object.keys(needed))
  expect(fromDisk).toBe(false)
}, 60_000)

it('a worker does not draw an SVG that says it is a JPEG inside, and masks still work there', async () => {
  const pool = createPool({ workers: 1, workerPath: join(BUILT, 'worker.js'), memoryBytes: 5e8 })
  try {
    const options = { quality: 'balanced', limits: LIMITS, msLeft: 20_000 } as const
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" onload="a()" width="9" height="9"><path d="M0 0h9v9z"/></svg>',
    )
    const made = await pool.compress(svg, { ...options, format: 'keep' })
    expect([made.contentType, made.bytes.includes('onload')]).toEqual(['image/svg+xml', false])
    expect(made.bytes.equals((await compress(svg, { ...options, format: 'keep' })).bytes)).toBe(true)

    const png = await PICTURE.clone().png().toBuffer()
    const round = await pool.render(png, [{ action: 'circle', r: 8 }], {
      ...options,
      fetchMark: () => Promise.reject(new Error('none')),
    })
    const { data, info } = await sharp(round.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    const alpha = (x: number, y: number) => data[4 * (y * info.width + x) + 3]
    expect([alpha(0, 0), alpha(info.width >> 1, info.height >> 1)]).toEqual([0, 255])
  } finally {
    pool.close()
  }
}, 60_000)

it('a worker cannot open anything else, however it might be brought to try', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'loaders-'))
  const [preload, told, svg] = ['preload.cjs', 'told', 'drawing.svg'].map((name) => join(folder, name))
  if (preload === undefined || told === undefined || svg === undefined) throw new Error('Expected three names')
  writeFileSync(svg, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>')
  // Inside the worker itself, when it is told to: with its own engine, from memory and from disk.
  writeFileSync(
    preload,
    `const { readFileSync, renameSync, writeFileSync } = require('node:fs')
     process.on('SIGUSR2', async () => {
       const sharp = require(${JSON.stringify(join(BUILT, 'node_modules/sharp'))})
       const opens = (source) => sharp(source).raw().toBuffer().then(() => true, () => false)
       const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } }).png().toBuffer()
       const svg = ${JSON.stringify(svg)}
       const all = [await opens(png), await opens(readFileSync(svg)), await opens(svg)]
       writeFileSync(${JSON.stringify(`${told}.new`)}, JSON.stringify(all))
       renameSync(${JSON.stringify(`${told}.new`)}, ${JSON.stringify(told)})
     })`,
  )
  const env = { NODE_OPTIONS: `--require ${preload}` }
  const pool = createPool({ workers: 1, workerPath: join(BUILT, 'worker.js'), memoryBytes: 5e8, env })
  try {
    const options = { quality: 'balanced', limits: LIMITS, msLeft: 20_000, format: 'keep' } as const
    await pool.compress(await PICTURE.clone().png().toBuffer(), options)
    process.kill(pool.stats().pids[0] ?? 0, 'SIGUSR2')
    while (!existsSync(told)) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(JSON.parse(readFileSync(told, 'utf8'))).toEqual([true, false, false])
  } finally {
    pool.close()
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
