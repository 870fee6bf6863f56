import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { LEAST_ENVIRONMENT } from '../support/settings.ts'

jest.setTimeout(60_000)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-settings-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As s.yaml runs it before a deployment, in a folder with this .env. */
function check(settings: Record<string, string>, env: Record<string, string> = {}) {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  writeFileSync(join(folder, '.env'), lines.join('\n'))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', require.resolve('tsx'), resolve('scripts/check-settings.ts')],
    { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env }, encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

it('lets a deployment go on whose settings the function starts with', () => {
  expect(check({ ...LEAST_ENVIRONMENT, AccountID: '1234567890123456' })).toEqual({
    status: 0,
    stdout: 'settings: right\n',
    stderr: '',
  })
})

it('stops one that would refuse to start, and names everything at once; the environment wins over .env', () => {
  const { status, stderr } = check({ ...LEAST_ENVIRONMENT, MIRROR_SECRET: '' }, { QUALITY: 'best' })
  expect(status).toBe(1)
  for (const part of [
    'MIRROR_SECRET: Expected',
    'QUALITY: Expected one of',
    "AccountID: Expected the account's id (digits), got nothing",
  ]) {
    expect(stderr).toContain(part)
  }
})
