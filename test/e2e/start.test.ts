import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'

import sharp from 'sharp'

import { ownerClient } from '../../scripts/owner.ts'
import { cameraJpeg, meanDifference } from '../support/pictures.ts'
import { corpusFiles } from '../support/corpus.ts'

/** What `npm start --json` prints on its first line that starts with {. */
interface Addresses {
  oss: string
  region: string
  originals: string
  compressed: string
  function: string
  edge: string
  page: string
  accessKeyId: string
  accessKeySecret: string
  mirrorSecret: string
}

async function npmStart(dataDir: string): Promise<{ child: ChildProcess; addresses: Addresses }> {
  const child = spawn('npm', ['start', '--silent', '--', '--port', '0', '--data', dataDir, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) return { child, addresses: JSON.parse(line) as Addresses }
  }
  throw new Error('Expected a JSON line with the addresses, got none.')
}

async function photographs(): Promise<Map<string, Buffer>> {
  const drawn = new Map<string, Buffer>()
  for (let i = 0; i < 12; i++) drawn.set(`photo ${i}.jpg`, await cameraJpeg(900, 600, i, (i % 8) + 1))
  for (const file of corpusFiles('photos').slice(0, 12)) drawn.set(basename(file), readFileSync(file))
  return drawn
}

it('npm start: photographs put with ali-oss come back smaller, upright and stored; the second read never reaches the function', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'oss-image-origin-start-'))
  const { child, addresses } = await npmStart(dataDir)
  try {
    const client = ownerClient({ ...addresses, endpoint: addresses.oss }, addresses.originals)
    const calls = async () => {
      const { entries } = (await (await fetch(`${addresses.oss}/-/requests`)).json()) as {
        entries: { mirrored: boolean }[]
      }
      return entries.filter(({ mirrored }) => mirrored).length
    }
    for (const [key, original] of await photographs()) {
      await client.put(key, original)
      const url = `${addresses.oss}/${addresses.compressed}/${encodeURIComponent(key)}`
      const first = await fetch(url)
      const body = Buffer.from(await first.arrayBuffer())
      expect([key, first.status]).toEqual([key, 200])
      expect(body.length).toBeLessThanOrEqual(original.length)
      const [before, after] = [await sharp(original).metadata(), await sharp(body).metadata()]
      expect([key, after.autoOrient]).toEqual([key, before.autoOrient])
      expect(await meanDifference(original, body)).toBeLessThan(8)
      const head = await fetch(url, { method: 'HEAD' })
      expect([key, head.status, head.headers.get('content-length')]).toEqual([key, 200, String(body.length)])
      const before2 = await calls()
      expect((await fetch(url)).status).toBe(200)
      expect(await calls()).toBe(before2)
    }
    expect((await fetch(addresses.page)).status).toBe(200)
    const throughEdge = await fetch(`${addresses.edge}/photo%200.jpg`)
    expect([throughEdge.status, throughEdge.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  } finally {
    const { pid } = JSON.parse(readFileSync(join(dataDir, 'running.json'), 'utf8')) as { pid: number }
    process.kill(pid, 'SIGINT')
    await once(child, 'close')
    rmSync(dataDir, { recursive: true, force: true })
  }
  expect(child.exitCode).toBe(0)
}, 240_000)
