import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { loadConfig } from '../../src/config.ts'
import { parseKey } from '../../src/key/parse.ts'
import { LEAST_ENVIRONMENT } from '../support/settings.ts'

const SIGNING_KEY = 'a-signing-key-of-the-tests'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-explain-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As `npm run explain` runs it, in a folder of its own: a developer's .env must not matter. */
function run(args: string[], env: Record<string, string> = {}): { code: number | null; out: string; err: string } {
  const tsx = require.resolve('tsx')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', tsx, resolve('scripts/explain.ts'), ...args],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      encoding: 'utf8',
    },
  )
  return { code: status, out: stdout, err: stderr }
}

it('says what a key means, without any setting', () => {
  const { code, out, err } = run(['trip/a.jpg__op__resize,w_800__op__format,f_webp'])
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('1. resize,w_800 — fit to width 800 px, never enlarged\n')
  expect(out).toMatch(/^canonical key +trip\/a\.jpg__op__resize,w_800__op__format,f_webp$/m)
  expect(out).toMatch(/^reads +originals: trip\/a\.jpg$/m)
})

it('a refused key is exit 1, with the reason on stdout', () => {
  const { code, out } = run(['a.jpg__op__resize,w_333'])
  expect(code).toBe(1)
  expect(out).toMatch(/^refused +403 not_allowed, .*got w_333 \(nearest is w_320\)$/m)
})

it('another spelling is refused as it ships, and the canonical key is named and shown', () => {
  const { code, out } = run(['a.jpg__op__format,webp__op__resize,w_800,limit_1'])
  expect(code).toBe(1)
  expect(out).toMatch(/^canonical key +a\.jpg__op__resize,w_800__op__format,f_webp$/m)
  expect(out).toMatch(
    /^refused +403 not_allowed, .*the canonical key "a\.jpg__op__resize,w_800__op__format,f_webp", got/m,
  )
})

it('--json is one line of the same', () => {
  const { code, out } = run(['a.jpg?x-oss-process=image/resize,w_320', '--json'], { OSS_COMPRESS_BUCKET_NAME: 'shown' })
  expect(code).toBe(0)
  expect(out.trim()).not.toContain('\n')
  expect(JSON.parse(out)).toMatchObject({
    asked: 'a.jpg?x-oss-process=image/resize,w_320',
    requestedKey: 'a.jpg__op__resize,w_320',
    fromQuery: true,
    reads: [{ bucket: 'originals', key: 'a.jpg' }],
    stored: { bucket: 'shown', key: 'a.jpg__op__resize,w_320' },
  })
})

it('--lang zh speaks Chinese', () => {
  const { code, out } = run(['a.jpg__op__resize,w_320', '--lang', 'zh'])
  expect(code).toBe(0)
  expect(out).toMatch(/^步骤 +1\. resize,w_320 — 等比缩放/m)
})

it('.env is read, and the environment wins over it', () => {
  writeFileSync(join(folder, '.env'), 'ALLOW=styles\nSTYLES=thumb=image/resize,w_200\nOSS_ORIGINAL_BUCKET_NAME=\n')
  try {
    expect(run(['a.jpg!thumb']).code).toBe(0)
    expect(run(['a.jpg__op__resize,w_320']).code).toBe(1)
    expect(run(['a.jpg__op__resize,w_320'], { ALLOW: 'open' }).code).toBe(0)
  } finally {
    rmSync(join(folder, '.env'))
  }
})

it('--sign makes a key that the function accepts', () => {
  const { code, out } = run(['a.jpg__op__resize,w_320,m_lfit', '--sign', '--json'], {
    SIGNING_KEY: `${SIGNING_KEY},older-key-of-the-tests-1`,
  })
  expect(code).toBe(0)
  const { signedKey } = JSON.parse(out) as { signedKey: string }
  expect(signedKey).toMatch(/^a\.jpg__op__resize,w_320__op__sig,[\w-]{22}$/)
  const { keySettings } = loadConfig({ ...LEAST_ENVIRONMENT, SIGNING_KEY }, true)
  expect(parseKey(signedKey, keySettings).sourceKey).toBe('a.jpg')
  expect(run(['a.jpg__op__resize,w_320'], { SIGNING_KEY }).out).toContain('403 bad_signature')
})

it('--sign without a key to sign with is exit 1 and says so', () => {
  const { code, out, err } = run(['a.jpg__op__resize,w_320', '--sign'])
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain('Expected SIGNING_KEY to be set')
})

it.each([[[]], [['a.jpg', 'b.jpg']], [['a.jpg', '--lang', 'fr']], [['a.jpg', '--no-such-option']]])(
  'the command line %j is exit 2 with the usage',
  (args) => {
    const { code, out, err } = run(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('npm run explain -- KEY')
  },
)

it('--help is exit 0', () => {
  expect(run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--sign') as string, err: '' })
})

it('settings that are wrong are named, all of them, and secrets are not repeated', () => {
  const { code, err } = run(['a.jpg'], { ALLOW: 'all', DIALECTS: 'sufix', SIGNING_KEY: 'too-short-a-key' })
  expect(code).toBe(1)
  expect(err).toContain('ALLOW: Expected')
  expect(err).toContain('did you mean "suffix"')
  expect(err).not.toContain('too-short-a-key')
})
