// The peers as servers on this machine, each in a process of its own with the environment that suits sharp best.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { closing } from '../ending.ts'
import { HOW_TO_INSTALL, PEERS, peerPath } from './installed.ts'

export type Format = 'jpeg' | 'webp' | 'avif'

export interface Wanted {
  /** Of the original, on this machine. */
  url: string
  width: number
  format: Format
  /** On the peer's own scale; undefined: its default. */
  quality?: number
}

export interface Peer {
  name: string
  /** Of the process that answers, which may have others below it. */
  pid: number
  /** Qualities that it can be asked for. */
  qualities: number[]
  /** The quality next to this one that it can be asked for. */
  takes(quality: number): number
  get(wanted: Wanted): Promise<Buffer>
  close(): Promise<void>
}

const START_MS = 60_000
const BUILD_MS = 300_000

/** Starts those that are installed. @returns one line for each that is missing. */
export async function startPeers(): Promise<{ peers: Peer[]; missing: string[] }> {
  const peers: Peer[] = []
  try {
    if (peerPath('ipx') !== undefined) peers.push(await startIpx())
    if (peerPath('next') !== undefined) peers.push(await startNext())
  } catch (error) {
    for (const peer of peers) await peer.close()
    throw error
  }
  const missing = ['ipx', 'next'].filter((name) => peerPath(name) === undefined)
  return { peers, missing: missing.map((name) => `${name} is not installed (${HOW_TO_INSTALL})`) }
}

function start(file: string, args: string[], cwd: string): ChildProcess {
  const { PATH = '' } = process.env
  const env = {
    PATH,
    HOME: '/tmp',
    MALLOC_ARENA_MAX: '2',
    NODE_ENV: 'production' as const,
    NEXT_TELEMETRY_DISABLED: '1',
  }
  return spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Resolves with the first match in what the process writes; rejects when it ends or takes too long. */
function firstOf(child: ChildProcess, pattern: RegExp, ms: number): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`Expected ${pattern} within ${ms} ms, got «${text.slice(-500)}»`))
    }, ms)
    const look = (chunk: Buffer) => {
      text += chunk.toString()
      const found = pattern.exec(text)
      if (found !== null) {
        clearTimeout(timer)
        resolve(found)
      }
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`Expected ${pattern}, the process ended with ${code}: «${text.slice(-500)}»`))
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

async function fetched(url: string, accept: string): Promise<Buffer> {
  const response = await fetch(url, { headers: { accept } })
  const bytes = Buffer.from(await response.arrayBuffer())
  const type = response.headers.get('content-type') ?? ''
  if (!response.ok || !type.startsWith('image/'))
    throw new Error(
      `Expected a picture from ${url}, got ${response.status} ${type}: ${bytes.subarray(0, 200).toString()}`,
    )
  return bytes
}

async function startIpx(): Promise<Peer> {
  const child = start(process.execPath, ['ipx-server.mjs'], PEERS)
  const [, port] = await firstOf(child, /^(\d+)$/m, START_MS)
  return {
    name: 'ipx',
    pid: child.pid ?? 0,
    qualities: [55, 70, 85, 95],
    takes: Math.round,
    get: ({ url, width, format, quality }) => {
      const how = [`w_${width}`, `f_${format}`, ...(quality === undefined ? [] : [`q_${quality}`])].join(',')
      return fetched(`http://127.0.0.1:${port}/${how}/${url}`, '*/*')
    },
    close: closing(() => end(child)),
  }
}

/** As in next-app/next.config.mjs. */
const NEXT_TAKES = [55, 75, 85, 95, ...Array.from({ length: 16 }, (_, i) => 70 + 2 * i)]

async function startNext(): Promise<Peer> {
  const app = join(PEERS, 'next-app')
  const next = peerPath('next', 'dist', 'bin', 'next') ?? ''
  const built = join(app, '.next', 'BUILD_ID')
  if (!existsSync(built) || statSync(built).mtimeMs < statSync(join(app, 'next.config.mjs')).mtimeMs) {
    const build = start(process.execPath, [next, 'build', '--webpack'], app)
    await firstOf(build, /prerendered as static content/, BUILD_MS)
  }
  const port = await freePort()
  const child = start(process.execPath, [next, 'start', '-H', '127.0.0.1', '-p', String(port)], app)
  await firstOf(child, /Ready in/, START_MS)
  return {
    name: 'next',
    pid: child.pid ?? 0,
    qualities: [55, 70, 85, 95, 100],
    takes: (quality) => NEXT_TAKES.toSorted((a, b) => Math.abs(a - quality) - Math.abs(b - quality))[0] ?? quality,
    get: ({ url, width, format, quality = 75 }) =>
      fetched(
        `http://127.0.0.1:${port}/_next/image?${new URLSearchParams({ url, w: String(width), q: String(quality) }).toString()}`,
        `image/${format}`,
      ),
    close: closing(async () => {
      await end(child)
      rmSync(join(app, '.next', 'cache', 'images'), { recursive: true, force: true })
    }),
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
