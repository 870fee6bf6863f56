import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { chromium } from 'playwright-core'
import sharp from 'sharp'

import type { ReportFacts } from '../../../scripts/report/facts.ts'
import { lineIn } from '../../../scripts/report/from-log.ts'
import { text } from '../../../scripts/report/page.ts'
import { testCloud, type TestCloud } from '../../e2e/support.ts'
import { runCommand } from '../support/command.ts'
import { environmentOf } from '../support/deployment.ts'

// Commands are processes of their own, and a busy machine starts them slowly.
jest.setTimeout(120_000)

const SETTINGS = { STYLES: 'thumb=image/resize,w_20', ALLOW: 'open' }
/** What somebody may call a picture who wants the page to do something. */
const HOSTILE = ['<img src=x onerror=alert(1)>.jpg', '</script><script>alert(2)</script>.jpg', '"\'&.jpg']
const BROWSER = '/usr/bin/chromium'

let cloud: TestCloud
let folder: string
let bytes: Buffer
let tiny: Buffer

const report = async (args: string[], input?: string) => {
  const { code, stdout, stderr } = await runCommand(
    'scripts/report.ts',
    args,
    environmentOf(cloud.addresses, SETTINGS),
    input === undefined ? {} : { input },
  )
  return { code, stdout, stderr, facts: () => JSON.parse(stdout) as ReportFacts }
}
const total = (key: string) => facts.groupings.find(({ title }) => title.includes(key))?.groups ?? []
let facts: ReportFacts

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'report-'))
  cloud = await testCloud({ environment: SETTINGS })
  bytes = await sharp({
    create: {
      width: 300,
      height: 200,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  })
    .jpeg({ quality: 98 })
    .toBuffer()
  // One that does not get smaller, and one nobody has read yet.
  tiny = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#123456' } })
    .jpeg({ quality: 20, mozjpeg: true })
    .toBuffer()
  for (const key of [...HOSTILE, 'unread.jpg']) await cloud.upload(key, bytes)
  await cloud.upload('tiny.jpeg', tiny)
  for (const key of [...HOSTILE, 'tiny.jpeg', 'tiny.jpeg!thumb']) expect((await cloud.read(key)).status).toBe(200)
  const { stdout, code } = await report(['--json', '--html', join(folder, 'page.html')])
  expect(code).toBe(0)
  facts = JSON.parse(stdout) as ReportFacts
})

afterAll(async () => {
  await cloud.close()
  rmSync(folder, { recursive: true, force: true })
})

test('from the buckets: what the originals had and what readers get, to the byte', async () => {
  let after = 0
  for (const key of [...HOSTILE, 'tiny.jpeg']) after += (await cloud.read(key)).body.length
  expect(facts.plain).toEqual({ count: 4, before: 3 * bytes.length + tiny.length, after })
  expect(facts.derived.count).toBe(1)
  expect(facts.notes).toEqual([expect.stringContaining('Nothing was made yet from 1 originals')])
  expect(facts.shares.reduce((sum, { count }) => sum + count, 0)).toBe(4)
  expect(facts.best.map(({ key }) => key).sort()).toEqual([...HOSTILE].sort())
})

test('by format and by outcome, from what the objects say of themselves', () => {
  expect(total('format').map(({ name, count }) => ({ name, count }))).toEqual([{ name: 'image/jpeg', count: 4 }])
  expect(total('outcome').map(({ name, count }) => `${count} ${name}`)).toEqual([
    '3 compressed',
    '1 original: already compressed',
  ])
})

test("from the function's own lines, piped in as they are or as a log service wraps them: the same numbers", async () => {
  const lines = cloud.lines().map((line, at) => {
    const written = JSON.stringify(line)
    return [written, `2026-01-01 10:00:00 1-abc [INFO] ${written}`, JSON.stringify({ message: written })][at % 3] ?? ''
  })
  const other = ['', 'FC Invoke Start RequestId: 1', '{"time":"x","level":"info","message":"started"}']
  const fromLog = await report(['--json', '--log', '-'], [...lines, ...other].join('\n'))
  const read = fromLog.facts()
  expect(read.plain).toEqual(facts.plain)
  expect(read.derived.count).toBe(1)
  expect(read.times.reduce((sum, { count }) => sum + count, 0)).toBe(5)
  expect(read.notes).toEqual(['2 lines are none of requests.'])
})

test('a log may hold anything', () => {
  for (const line of [
    '{',
    '{}',
    'null',
    '[1]',
    '{"outcome":{}}',
    '{"message":"{\\"outcome\\":1}"}',
    '{"status":200,"outcome":"x","method":"GET"}',
  ]) {
    expect({ line, read: lineIn(line) }).toEqual({ line, read: undefined })
  }
})

test('the table has the same numbers, and no character of a key moves the cursor', async () => {
  await cloud.upload('red\u202E.jpg', bytes)
  await cloud.read('red\u202E.jpg')
  const { stdout } = await report(['--sample', '0'])
  expect(stdout).toContain('compressed')
  expect(stdout).toContain('red?.jpg')
  expect(stdout).not.toContain('By outcome')
})

test('the page asks nobody for anything and has nothing of a key in its markup', () => {
  const page = readFileSync(join(folder, 'page.html'), 'utf8')
  const markup = page.slice(0, page.indexOf('<script>'))
  expect(page.match(/<script/g)?.length).toBe(2)
  expect(markup).not.toMatch(/<(img|link|a|iframe|object|base|form|script(?! type="application\/json"))\b/)
  expect(markup).toContain("default-src 'none'")
  expect(text(`<a b='"'>&\u202E`)).toBe('&#60;a b=&#39;&#34;&#39;&#62;&#38;�')
})

const inBrowser = existsSync(BROWSER) ? test : test.skip
inBrowser('a browser draws every chart, runs nothing of a key, and nothing is cut off on a phone', async () => {
  const file = pathToFileURL(join(folder, 'page.html')).href
  const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] })
  try {
    for (const [width, colorScheme] of [
      [1100, 'light'],
      [360, 'dark'],
    ] as const) {
      const context = await browser.newContext({
        viewport: { width, height: 800 },
        colorScheme,
        reducedMotion: 'reduce',
      })
      const page = await context.newPage()
      const heard: string[] = []
      page.on('request', (request) => heard.push(`request ${request.url()}`))
      page.on('dialog', () => heard.push('dialog'))
      page.on('pageerror', (error) => heard.push(error.message))
      page.on('console', (message) => heard.push(message.text()))
      await page.goto(file)
      const seen = (await page.evaluate(`({
        overflow: document.documentElement.scrollWidth - innerWidth,
        cut: [...document.querySelectorAll('.scroll')].filter((each) => each.offsetParent && each.scrollWidth > each.clientWidth).length,
        images: document.images.length,
        empty: [...document.querySelectorAll('canvas')].filter((canvas) =>
          canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.every((value) => value === 0)).length,
        charts: document.querySelectorAll('canvas').length,
        keys: [...document.querySelectorAll('td:first-child')].map((cell) => cell.textContent),
      })`)) as { overflow: number; cut: number; images: number; empty: number; charts: number; keys: string[] }
      expect(heard).toEqual([`request ${file}`])
      expect(seen).toMatchObject({ overflow: 0, cut: 0, images: 0, empty: 0, charts: 5 })
      for (const key of HOSTILE) expect(seen.keys).toContain(key)
      await context.close()
    }
  } finally {
    await browser.close()
  }
})

test('what is not there is said', async () => {
  const { code, stderr } = await report(['--log', join(folder, 'none.log')])
  expect(code).toBe(2)
  expect(stderr).toContain('none.log, which is not there')
  writeFileSync(join(folder, 'empty.log'), '')
  expect((await report(['--json', '--log', join(folder, 'empty.log')])).facts().plain.count).toBe(0)
})
