import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { findUploads } from '../../scripts/demo/files.ts'
import { type Row } from '../../scripts/demo/read-through.ts'
import { table } from '../../scripts/demo/table.ts'
import { type TestCloud, testCloud } from '../e2e/support.ts'
import { photo } from '../image/draw.ts'
import { startCommand } from './support/command.ts'

let folder: string
let data: string
let cloud: TestCloud

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'demo-pictures-'))
  data = mkdtempSync(join(tmpdir(), 'demo-data-'))
  mkdirSync(join(folder, '.trash'))
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, '.trash', 'old.jpg'), 'hidden')
  writeFileSync(join(folder, '.DS_Store'), 'hidden')
  writeFileSync(join(folder, 'notes.txt'), 'hello')
  writeFileSync(join(folder, 'sub', 'photo.jpg'), await photo(300, 200).jpeg({ quality: 97 }).toBuffer())
  cloud = await testCloud()
  writeFileSync(join(data, 'running.json'), JSON.stringify({ pid: process.pid, ...cloud.addresses }))
})
afterAll(async () => {
  await cloud.close()
  for (const made of [folder, data]) rmSync(made, { recursive: true, force: true })
})

const demo = (...args: string[]) => startCommand('scripts/demo.ts', ['--data', data, ...args], {})

describe('npm run demo', () => {
  it('reads each file of a folder through the running local cloud, hidden ones left out', async () => {
    const { code, stdout, stderr } = await demo(folder, '--json').ended
    expect([code, stderr]).toEqual([0, ''])
    const { rows, failed, left } = JSON.parse(stdout) as { rows: Row[]; failed: number; left: number }
    expect([failed, left]).toEqual([0, 0])
    expect(rows.map(({ key }) => key).sort()).toEqual(['notes.txt', 'sub/photo.jpg'])
    const picture = rows.find(({ key }) => key === 'sub/photo.jpg')
    expect(picture).toMatchObject({ stored: true, secondReachedFunction: false, contentType: 'image/jpeg' })
    expect(picture?.after).toBeLessThan(picture?.before ?? 0)
    expect(picture?.how).toMatch(/^compressed: mozjpeg q\d+ 4:[24]:[04]/)
    expect(rows.find(({ key }) => key === 'notes.txt')).toMatchObject({ notLetOut: true, stored: false })
  })

  it('ends with 1 and says what went wrong where a read fails', async () => {
    cloud.oss.faults.add({ match: { operation: 'put' }, kind: 'denied', times: 1 })
    const { code, stdout } = await demo(join(folder, 'sub', 'photo.jpg'), '--json').ended
    expect(code).toBe(1)
    expect((JSON.parse(stdout) as { rows: Row[] }).rows[0]?.error).toBeTruthy()
  })

  it('names a file that is not there, with exit code 2', async () => {
    const { code, stderr } = await demo(join(folder, 'nothing.jpg')).ended
    expect(code).toBe(2)
    expect(stderr).toMatch(/Expected a file or folder, got «.*nothing\.jpg», which is not there\./)
  })
})

describe('uploads', () => {
  it('refuse two files for one key', async () => {
    const other = mkdtempSync(join(tmpdir(), 'demo-other-'))
    writeFileSync(join(other, 'notes.txt'), 'other')
    await expect(findUploads([folder, other])).rejects.toThrow('Expected each file to have a key of its own')
    rmSync(other, { recursive: true, force: true })
  })
})

describe('the table', () => {
  it('counts what was let out, and only that', () => {
    const row = { ms: 1, stored: true, secondReachedFunction: false, contentType: 'image/jpeg' }
    const text = table([
      { ...row, key: 'a.jpg', before: 1000, after: 500 },
      { ...row, key: 'b.txt', before: 5000, after: 0, stored: false, notLetOut: true },
    ])
    expect(text).toContain('1 of 2')
    expect(text.trim().split('\n').at(-1)).toMatch(/1\.0 KB\s+500 B\s+50\.0 %/)
  })
})
