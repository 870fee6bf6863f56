import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { eventsPolicy, FUNCTION_TRUST, originPolicy } from '../../../scripts/deployment/policies.ts'
import { parseWebsite } from '../../../scripts/local/oss/website/parse.ts'
import { validateWebsiteXml } from '../../../scripts/local/oss/website/validate.ts'
import type { Printed } from '../../../scripts/setup/print.ts'

// Each print is a process of its own.
jest.setTimeout(90_000)

const SECRET = 'the-secret-in-the-env-file'
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-print-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** `setup --print` with nothing but this in .env: no keys, nobody to ask. */
function print(settings: Record<string, string>, ...options: string[]) {
  const file = join(folder, '.env')
  const lines = {
    OSS_REGION: 'cn-hangzhou',
    OSS_ORIGINAL_BUCKET_NAME: 'mine',
    OSS_COMPRESS_BUCKET_NAME: 'small',
    ...settings,
  }
  writeFileSync(
    file,
    Object.entries(lines)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  const command = ['--import', 'tsx', 'scripts/setup.ts', '--print', '--env', file, ...options]
  return spawnSync(process.execPath, command, { encoding: 'utf8', env: { PATH: process.env['PATH'] } })
}

it('needs no keys and shows no secret: policies, website XML and Terraform that say the same', () => {
  const { stdout, stderr, status } = print(
    { MIRROR_SECRET: SECRET, STORE: 'mirror', FUNCTION_URL: 'https://pictures.example.com' },
    '--json',
  )
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  expect(stdout).not.toContain(SECRET)
  const { trust, policies, websiteXml, terraform } = JSON.parse(stdout) as Printed
  const buckets = { originals: 'mine', compressed: 'small' }
  expect(trust).toEqual(FUNCTION_TRUST)
  expect(policies).toEqual({
    'oss-image-origin': originPolicy({ ...buckets, store: 'mirror' }),
    'oss-image-origin-events': eventsPolicy(buckets),
  })
  const xml = websiteXml.replace('${MIRROR_SECRET}', SECRET)
  validateWebsiteXml(xml)
  expect(parseWebsite(xml).rules[0]?.redirect).toMatchObject({
    mirrorUrl: 'https://pictures.example.com/',
    mirrorSni: true,
    mirrorProxyPass: false,
    mirrorSaveOssMeta: true,
    mirrorHeaders: { set: [{ key: 'x-mirror-secret', value: SECRET }] },
  })

  for (const line of [
    'bucket = "small"',
    'acl    = "public-read"',
    'default = "https://pictures.example.com/"',
    'role_name                   = "oss-image-origin"',
    'policy_name     = "oss-image-origin-events"',
    'mirror_url = var.function_url',
    'mirror_save_oss_meta = "true"',
    'mirror_sni = "true"',
    'value = var.mirror_secret',
  ]) {
    expect(terraform).toContain(line)
  }
  // Documents stand in it as they are elsewhere.
  const [, document = ''] = / policy_document = jsonencode\((\{[^]*?\n {2}\})\)/.exec(terraform) ?? []
  expect(JSON.parse(document)).toEqual(originPolicy({ ...buckets, store: 'mirror' }))
})

it('goes without a secret and an address: placeholders for envsubst, variables for Terraform', () => {
  const { stdout, status } = print({}, '--private-compressed')
  expect(status).toBe(0)
  expect(stdout).toContain('<MirrorURL>${FUNCTION_URL}</MirrorURL>')
  expect(stdout).toContain('<Value>${MIRROR_SECRET}</Value>')
  expect(stdout).toContain('# Trust policy of both roles')
  expect(stdout).toContain('# What setup itself has to be allowed')
  expect(stdout).toMatch(/variable "function_url" \{\n {2}type = string\n\}/)
  // Terraform would take a dollar and a brace for an expression of its own.
  expect(stdout.slice(stdout.indexOf('# Terraform'))).not.toContain('${')
  expect(stdout).not.toContain('public-read"')
})

it('a wrong option is usage: 2, with what was expected', () => {
  const wrong = (...options: string[]) => {
    const { status, stderr } = print({ MIRROR_SECRET: SECRET }, ...options)
    return `${status} ${stderr.split('\n')[0]}`
  }
  expect(wrong('--transparent', '200')).toBe('2 --transparent: Expected statuses of failures, 4xx or 5xx.')
  expect(wrong('--function-url', 'https://x.cn-hangzhou-vpc.fcapp.run')).toContain('2 Expected a public address')
})
