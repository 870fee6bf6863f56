import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

import sharp from 'sharp'

import { compress } from '../../src/image/compress.ts'
import { editPng } from '../../src/image/container/png.ts'
import { ImageFault } from '../../src/image/fault.ts'
import { Impossible } from '../../src/image/operations/impossible.ts'
import type { Operation } from '../../src/image/operations/types.ts'
import { pngChunk } from '../../src/image/png/write.ts'
import { render } from '../../src/image/render.ts'
import { parseKey } from '../../src/key/parse.ts'
import type { KeySettings } from '../../src/key/settings.ts'
import { privateBytes } from '../../src/workers/memory.ts'
import { Overloaded } from '../../src/workers/overloaded.ts'
import type { Pool } from '../../src/workers/pool.ts'
import { avifFile, coded } from '../support/avif.ts'
import { type BuiltWorker, buildWorker, compressing, grain, rendering } from './support.ts'

let built: BuiltWorker
let photo: Buffer
/** Occupies a worker for a second as AVIF, for many by the estimate. */
let large: Buffer
/** The same for seconds: effort has a floor. */
let giant: Buffer
beforeAll(async () => {
  built = await buildWorker()
  photo = await grain(640, 480).jpeg({ quality: 95 }).toBuffer()
  large = await grain(2000, 1500).jpeg({ quality: 95 }).toBuffer()
  giant = await grain(4000, 3000).jpeg({ quality: 95 }).toBuffer()
})
afterAll(() => built.remove())

const OPEN: KeySettings = { dialects: ['suffix'], styles: {}, allow: 'open' }
const half: Operation = { action: 'resize', m: 'lfit', w: 320, limit: 1, color: 'ffffff', g: 'center' }
const outside: Operation = { action: 'crop', w: 10, h: 10, x: 5000, y: 5000, g: 'nw' }

/** Whether anything is left of a process, other than its entry for a parent to collect. */
function alive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .startsWith('Z')
  } catch {
    return false
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A worker in the middle of a job. */
async function busyWorker(pool: Pool): Promise<number> {
  await until(() => pool.stats().busy.length > 0)
  return pool.stats().busy[0] ?? 0
}

describe('a pool of workers', () => {
  it('compresses as the image room itself does', async () => {
    const pool = built.pool()
    const { inspectMs: _a, renderMs: _b, ...there } = await pool.compress(photo, compressing())
    const { inspectMs: _c, renderMs: _d, ...here } = await compress(photo, compressing())
    expect(there).toEqual(here)
    expect(there.outcome).toBe('compressed')
    pool.close()
  })

  it('renders as the image room itself does', async () => {
    const pool = built.pool()
    const { inspectMs: _a, renderMs: _b, ...there } = await pool.render(photo, [half], rendering())
    const { inspectMs: _c, renderMs: _d, ...here } = await render(photo, [half], rendering())
    expect(there).toEqual(here)
    expect(await sharp(there.bytes).metadata()).toMatchObject({ width: 320, height: 240 })
    pool.close()
  })

  it('throws the same faults', async () => {
    const pool = built.pool()
    const undecodable = pool.render(photo.subarray(0, photo.length / 2), [half], rendering())
    await expect(undecodable).rejects.toMatchObject({ name: 'ImageFault', code: 'undecodable' })
    await expect(undecodable).rejects.toBeInstanceOf(ImageFault)
    const impossible = pool.render(photo, [outside], rendering())
    await expect(impossible).rejects.toBeInstanceOf(Impossible)
    const [there, here] = await Promise.all([
      impossible.catch((error: Error) => error.message),
      render(photo, [outside], rendering()).catch((error: Error) => error.message),
    ])
    expect(there).toBe(here)
    const unsupported = pool.render(Buffer.from('nothing'), [half], rendering())
    await expect(unsupported).rejects.toMatchObject({ code: 'unsupported' })
    pool.close()
  })

  it('keeps its workers, and never has more than it may', async () => {
    const pool = built.pool()
    for (let i = 0; i < 3; i++) await pool.compress(photo, compressing())
    expect(pool.stats()).toMatchObject({ started: 1, done: 3, running: 0, waiting: 0 })
    await Promise.all(Array.from({ length: 8 }, () => pool.compress(photo, compressing())))
    expect(pool.stats()).toMatchObject({ started: 2, done: 11, killed: 0, crashed: 0, refused: 0 })
    pool.close()
  })

  it('its workers know no secret: what a picture may get out of a decoder, it is not the keys', async () => {
    const names = ['MIRROR_SECRET', 'SIGNING_KEY', 'ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'ALIBABA_CLOUD_SECURITY_TOKEN']
    const before = names.map((name) => process.env[name])
    names.forEach((name) => (process.env[name] = 'nobody-may-know'))
    try {
      const pool = built.pool()
      await pool.compress(photo, compressing())
      const environment = readFileSync(`/proc/${pool.stats().pids[0]}/environ`, 'utf8')
      expect(environment).toContain('PATH=')
      expect(environment).not.toContain('nobody-may-know')
      pool.close()
    } finally {
      names.forEach((name, at) => {
        const value = before[at]
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      })
    }
  })

  it('where memory is scarce, what large pictures leave in a worker is given back to the system', async () => {
    const left = async (functionMb: string) => {
      process.env['FC_FUNCTION_MEMORY_SIZE'] = functionMb
      try {
        const pool = built.pool({ workers: 1 })
        for (const source of [giant, photo, giant]) await pool.compress(source, compressing())
        const bytes = privateBytes(pool.stats().pids[0])
        pool.close()
        return bytes
      } finally {
        delete process.env['FC_FUNCTION_MEMORY_SIZE']
      }
    }
    // 150 MB kept for the next large one, and 50.
    expect(await left('512')).toBeLessThan(0.6 * (await left('2048')))
  })

  it('a job alone has all cores', async () => {
    const most = async (cores: number) => {
      const pool = built.pool({ workers: 1, cores })
      let making = true
      const made = pool.compress(large, compressing()).finally(() => (making = false))
      let threads = 0
      await until(() => {
        for (const pid of pool.stats().pids) threads = Math.max(threads, readdirSync(`/proc/${pid}/task`).length)
        return !making
      })
      await made
      pool.close()
      return threads
    }
    expect(await most(8)).toBeGreaterThan((await most(1)) + 3)
  })

  it('starts a worker ahead of the first job when told to', async () => {
    const pool = built.pool()
    pool.warm()
    pool.warm()
    expect(pool.stats().started).toBe(1)
    await pool.compress(photo, compressing())
    expect(pool.stats().started).toBe(1)
    pool.close()
  })

  it('kills what outlives its time, and the next job finds a worker', async () => {
    const pool = built.pool({ workers: 1 })
    await pool.compress(photo, compressing())
    const [first = 0] = pool.stats().pids
    const late = pool.compress(giant, compressing({ format: 'avif', msLeft: 400 }))
    await expect(late).rejects.toMatchObject({ name: 'ImageFault', code: 'out_of_time' })
    expect((await pool.compress(photo, compressing())).outcome).toBe('compressed')
    expect(pool.stats()).toMatchObject({ killed: 1, crashed: 0, started: 2 })
    expect(alive(first)).toBe(false)
    pool.close()
  })

  it.each(['SIGSEGV', 'SIGABRT', 'SIGKILL'] as const)(
    'a worker that ends by %s costs its own job only',
    async (signal) => {
      const pool = built.pool()
      await Promise.all([pool.compress(photo, compressing()), pool.compress(photo, compressing())])
      const doomed = pool.compress(giant, compressing({ format: 'avif' }))
      // Once it has begun: before that it would be tried again on another worker.
      const pid = await busyWorker(pool)
      const others = Promise.all([1, 2, 3].map(() => pool.compress(photo, compressing())))
      process.kill(pid, signal)
      await expect(doomed).rejects.toMatchObject({ name: 'ImageFault', code: 'encoder_fault' })
      expect((await others).map(({ outcome }) => outcome)).toEqual(['compressed', 'compressed', 'compressed'])
      expect((await pool.compress(photo, compressing())).outcome).toBe('compressed')
      expect(pool.stats()).toMatchObject({ crashed: 1, killed: 0 })
      pool.close()
    },
  )

  it('a worker that was killed while idle is not noticed by anybody', async () => {
    const pool = built.pool({ workers: 1 })
    await pool.compress(photo, compressing())
    const [pid = 0] = pool.stats().pids
    process.kill(pid, 'SIGKILL')
    // No pause: the job is given to the dead worker.
    expect((await pool.compress(photo, compressing())).outcome).toBe('compressed')
    expect(pool.stats()).toMatchObject({ crashed: 0, killed: 0 })
    pool.close()
  })

  it('fails the job, not the program, when no worker can be started', async () => {
    // A text with a NUL is one of the things that spawn() throws for.
    for (const workerPath of ['/nowhere/worker.js', 'no\0path']) {
      const pool = built.pool({ workerPath })
      await expect(pool.compress(photo, compressing())).rejects.toMatchObject({ code: 'encoder_fault' })
      // What could not be started is not started again until somebody asks.
      await until(() => pool.stats().pids.length === 0)
      pool.close()
    }
  })

  it('signals to the whole group leave a picture alone: whoever answers with it may still be about it', async () => {
    const pool = built.pool({ workers: 1 })
    const made = pool.compress(large, compressing({ format: 'avif' }))
    const pid = await busyWorker(pool)
    process.kill(pid, 'SIGTERM')
    process.kill(pid, 'SIGINT')
    expect((await made).outcome).toBe('compressed')
    expect(pool.stats()).toMatchObject({ crashed: 0, killed: 0 })
    pool.close()
  })

  it('refuses early what would only wait in vain, and what runs is not disturbed', async () => {
    const pool = built.pool({ workers: 1 })
    const first = pool.compress(large, compressing({ format: 'avif' }))
    await busyWorker(pool)
    const refused = pool.compress(photo, compressing({ msLeft: 300 }))
    await expect(refused).rejects.toBeInstanceOf(Overloaded)
    expect((await first).outcome).toBe('compressed')
    expect(pool.stats()).toMatchObject({ refused: 1, killed: 0, done: 1 })
    pool.close()
  })

  it('what waited for its whole time is refused when it is over', async () => {
    const pool = built.pool({ workers: 1 })
    const first = pool.compress(large, compressing({ format: 'avif', msLeft: 60_000 }))
    await busyWorker(pool)
    // Enough time by the estimate; not if the worker stands still.
    const [pid = 0] = pool.stats().pids
    process.kill(pid, 'SIGSTOP')
    const waiting = pool.compress(photo, compressing({ msLeft: 3000 }))
    expect(pool.stats().waiting).toBe(1)
    await expect(waiting).rejects.toBeInstanceOf(Overloaded)
    process.kill(pid, 'SIGCONT')
    expect((await first).outcome).toBe('compressed')
    pool.close()
  })

  it('ends what takes more memory than there is, before the system does', async () => {
    // What the picture of a watermark takes is known only when it comes.
    const mark = await sharp({ create: { width: 4096, height: 4000, channels: 4, background: '#12345680' } })
      .webp({ lossless: true, effort: 0 })
      .toBuffer()
    const { operations } = parseKey(
      `photo.jpg__op__watermark,image_${Buffer.from('mark.webp').toString('base64url')}`,
      OPEN,
    )
    const pool = built.pool({ workers: 1, memoryBytes: 64_000_000 })
    const made = pool.render(photo, operations, rendering({ fetchMark: () => Promise.resolve(mark) }))
    await expect(made).rejects.toBeInstanceOf(Overloaded)
    expect(pool.stats()).toMatchObject({ killed: 1, refused: 0 })
    expect((await pool.compress(photo, compressing())).outcome).toBe('compressed')
    pool.close()
  })

  it('what will never fit is beyond the limits: kept as it is, or refused for good', async () => {
    const pool = built.pool({ memoryBytes: 64_000_000 })
    const kept = await pool.compress(giant, compressing({ format: 'avif' }))
    expect(kept).toMatchObject({ outcome: 'original', reason: 'source_too_large', width: 4000, height: 3000 })
    expect(kept.bytes.equals(giant)).toBe(true)
    const whole = pool.render(giant, [{ action: 'format', value: 'png' }], rendering())
    await expect(whole).rejects.toMatchObject({ name: 'ImageFault', code: 'source_too_large' })
    // What is held between two steps is known only once they are planned.
    const blur: Operation = { action: 'blur', r: 1, s: 1 }
    const turn: Operation = { action: 'rotate', value: 10 }
    const small = built.pool({ memoryBytes: 100_000_000 })
    await expect(small.render(giant, [blur, turn, half], rendering())).rejects.toMatchObject({
      code: 'source_too_large',
    })
    expect((await small.render(giant, [half], rendering())).width).toBe(320)
    expect([pool.stats(), small.stats()]).toMatchObject([
      { killed: 0, refused: 0 },
      { killed: 0, refused: 0 },
    ])
    pool.close()
    small.close()
  })

  it('a size that belongs to nothing in an AVIF does not hide what it takes', async () => {
    const item = { id: 1, type: 'av01', sizes: [[4000, 4000]], ...(await coded(4000, 4000)) } as const
    // Read as the picture's own it would be beyond the limits, and cost nothing.
    const liar = avifFile({ primary: 1, decoys: [[20_000, 20_000]], items: [item] })
    const pool = built.pool({ memoryBytes: 100_000_000 })
    await expect(pool.render(liar, [half], rendering())).rejects.toMatchObject({ code: 'source_too_large' })
    expect(await pool.compress(liar, compressing())).toMatchObject({ outcome: 'original', reason: 'source_too_large' })
    expect(pool.stats()).toMatchObject({ killed: 0, crashed: 0, refused: 0 })
    pool.close()
  })

  it('shares its memory with originals that are read: whoever comes second waits for the other', async () => {
    const pool = built.pool({ memoryBytes: 100_000_000 })
    const deadline = Date.now() + 20_000
    const read = await pool.hold(125_000_000, deadline)
    const jobs = [pool.compress(photo, compressing()), pool.compress(photo, compressing())]
    expect(pool.stats()).toMatchObject({ running: 0, waiting: 2 })
    read.become(110_000_000)
    await new Promise(setImmediate)
    expect(pool.stats()).toMatchObject({ running: 1, waiting: 1 })
    read.end()
    await new Promise(setImmediate)
    expect(pool.stats()).toMatchObject({ running: 2, waiting: 0 })
    const next = pool.hold(95_000_000, deadline).then((held) => [held.bytes, pool.stats().running])
    await Promise.all(jobs)
    expect(await next).toEqual([95_000_000, 0])
    const late = pool.hold(60_000_000, deadline)
    pool.close()
    await expect(late).rejects.toBeInstanceOf(Overloaded)
  })

  it('the pace is learnt from pictures that were made, not from what is answered from a header', async () => {
    const pool = built.pool({ workers: 1 })
    await pool.compress(photo, compressing())
    const { slowness } = pool.stats()
    const still = await sharp({ create: { width: 8000, height: 6000, channels: 3, background: '#123456' } })
      .png()
      .toBuffer()
    const animated = editPng(still, [pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]))], new Set())
    const left = await pool.compress(animated, compressing())
    expect(left).toMatchObject({ outcome: 'original', reason: 'animation' })
    expect(pool.stats().slowness).toBe(slowness)
    pool.close()
  })

  it('fetches the picture of a watermark from outside; what that throws arrives as it was thrown', async () => {
    const pool = built.pool()
    const mark = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#00ff00' } })
      .png()
      .toBuffer()
    const parsed = parseKey(`a.jpg__op__watermark,image_${Buffer.from('mark.png').toString('base64url')}`, OPEN)
    const { operations } = parsed
    const fetchMark = (key: string) => (key === 'mark.png' ? Promise.resolve(mark) : Promise.reject(new Error(key)))
    const [there, here] = await Promise.all([
      pool.render(photo, operations, rendering({ fetchMark })),
      render(photo, operations, rendering({ fetchMark })),
    ])
    expect(there.bytes.equals(here.bytes)).toBe(true)
    const missing = new TypeError('no such mark')
    const failing = pool.render(photo, operations, rendering({ fetchMark: () => Promise.reject(missing) }))
    await expect(failing).rejects.toBe(missing)
    pool.close()
  })

  it('a mark that never comes is a job that outlives its time', async () => {
    const pool = built.pool()
    const { operations } = parseKey(`a.jpg__op__watermark,image_${Buffer.from('m').toString('base64url')}`, OPEN)
    const never = rendering({ msLeft: 800, fetchMark: () => new Promise<Buffer>(() => undefined) })
    await expect(pool.render(photo, operations, never)).rejects.toMatchObject({ code: 'out_of_time' })
    pool.close()
  })

  it('workers are gone when the program is, however it ends and whatever they are doing', async () => {
    const program = built.program(`
      const giant = require('node:fs').readFileSync(process.argv[2])
      const options = ${JSON.stringify(compressing({ format: 'avif' }))}
      pool.compress(giant, options).catch(() => {})
      pool.compress(giant, options).catch(() => {})
      setInterval(() => { if (pool.stats().busy.length === 2) process.stdout.write(pool.stats().busy.join() + ' ') }, 20)
    `)
    const child = spawn(process.execPath, [program, built.file('giant.jpg', giant)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    const pids = said.toString().trim().split(' ')[0]?.split(',').map(Number) ?? []
    expect(pids.map(alive)).toEqual([true, true])
    child.kill('SIGKILL')
    await until(() => !pids.some(alive))
  })

  it('ends its workers when it is closed', async () => {
    const pool = built.pool()
    const waiting = pool.compress(photo, compressing())
    const { pids } = pool.stats()
    pool.close()
    await expect(waiting).rejects.toMatchObject({ code: 'encoder_fault' })
    await expect(pool.compress(photo, compressing())).rejects.toMatchObject({ code: 'encoder_fault' })
    await until(() => !pids.some(alive))
  })
})
