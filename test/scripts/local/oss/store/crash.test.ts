import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCrc64 } from '../../../../../scripts/local/oss/store/crc64.ts'
import { openStore } from '../../../../../scripts/local/oss/store/store.ts'
import type { Bucket } from '../../../../../scripts/local/oss/store/store.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'oss-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

/** Runs the writer until it has reported so many rounds, and kills it in the middle of one. */
async function writeAndKill(rounds: number): Promise<void> {
  const writer = join('test', 'scripts', 'local', 'oss', 'store', 'crash-writer.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', writer, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let seen = ''
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    seen += chunk.toString()
    if (seen.split('\n').length > rounds) child.kill('SIGKILL')
  }
  await ended
  expect(child.signalCode).toBe('SIGKILL')
}

async function checkWhole(bucket: Bucket): Promise<number> {
  let count = 0
  for (let key = bucket.files.seek('', true); key !== undefined; key = bucket.files.seek(key, false)) {
    const record = bucket.files.find(key)
    if (!record) throw new Error(`Expected a record of ${key}`)
    const crc = createCrc64()
    let bytes = 0
    for await (const chunk of bucket.files.read(record) as AsyncIterable<Buffer>) {
      crc.update(chunk)
      bytes += chunk.length
    }
    expect({ key, bytes, crc: crc.decimal() }).toEqual({ key, bytes: record.size, crc: record.crc64 })
    count += 1
  }
  return count
}

function dataFiles(): number {
  const folder = join(dataDir, 'buckets', 'bucket', 'data')
  return readdirSync(folder).reduce((sum, prefix) => sum + readdirSync(join(folder, prefix)).length, 0)
}

describe('a process killed in the middle of writing', () => {
  it('leaves every object whole, old or new, and no stray bytes once reopened', async () => {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await writeAndKill(12 + attempt * 7)
      const store = openStore({ dataDir, now: Date.now })
      const bucket = store.bucket('bucket')
      if (!bucket) throw new Error('Expected the bucket')
      expect(await checkWhole(bucket)).toBeGreaterThan(0)
      expect(dataFiles()).toBe(bucket.files.size)
      store.close()
    }
  }, 60_000)

  it('loses the half line of a journal, and nothing else', async () => {
    const journal = join(dataDir, 'buckets', 'bucket', 'journal')
    const before = openStore({ dataDir, now: Date.now })
    const count = before.bucket('bucket')?.files.size
    before.close()
    const stray = join(dataDir, 'buckets', 'bucket', 'data', 'ab')
    mkdirSync(stray, { recursive: true })
    writeFileSync(join(stray, 'ab00'), 'written, but never part of an object')
    appendFileSync(journal, '{"put":{"key":"half')
    writeFileSync(`${journal}.new`, 'left by a rewrite')
    const store = openStore({ dataDir, now: Date.now })
    const bucket = store.bucket('bucket')
    expect(bucket?.files.size).toBe(count)
    expect(dataFiles()).toBe(count)
    const writer = bucket?.files.openWriter()
    await writer?.write(Buffer.from('x'))
    await writer?.commit('after', { contentType: 'a/b', headers: {}, user: {} })
    store.close()
    const again = openStore({ dataDir, now: Date.now })
    expect(again.bucket('bucket')?.files.find('after')?.size).toBe(1)
    again.close()
  })

  it('refuses a journal that is damaged in the middle', () => {
    appendFileSync(join(dataDir, 'buckets', 'bucket', 'journal'), 'no JSON\n{"delete":[]}\n')
    expect(() => openStore({ dataDir, now: Date.now })).toThrow('Expected a JSON line')
  })
})

describe('the folder', () => {
  it('belongs to one server at a time', () => {
    const folder = mkdtempSync(join(tmpdir(), 'oss-'))
    const store = openStore({ dataDir: folder, now: Date.now })
    expect(() => openStore({ dataDir: folder, now: Date.now })).toThrow('has open')
    store.close()
    openStore({ dataDir: folder, now: Date.now }).close()
    rmSync(folder, { recursive: true })
  })
})
