import { execFile } from 'node:child_process'

import { leaksIn, secretsIn } from './secrets.ts'

const secrets = secretsIn([
  'MIRROR_SECRET=newest-secret-0123, older/secret+4567',
  'SIGNING_KEY=k',
  'PATH=/usr/bin:/sbin:/bin',
])

it('secrets are the values of variables that hold some, each of a list', () => {
  expect([...secrets.keys()]).toEqual(['newest-secret-0123', 'older/secret+4567'])
  const names = ['ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'ALIBABA_CLOUD_SECURITY_TOKEN', 'ACCESS_KEY_SECRET', 'SIGNING_KEY']
  expect(secretsIn(names.map((name, at) => `${name}=the-secret-number-${at}`)).size).toBe(4)
})

it.each([
  ['as it is', '{"cause":"Error: newest-secret-0123"}'],
  ['in a URL', `GET /?key=${encodeURIComponent('older/secret+4567')}`],
  ['as base64', Buffer.from('newest-secret-0123').toString('base64')],
  ['a key of the local cloud', `rolesecret-${'a'.repeat(22)}`],
  ['a token', `x-oss-security-token:CAIS${'a/+'.repeat(40)}`],
  ['beside what may be printed', `{"oss":"http://localhost:1","mirrorSecret":"a"}\nownersecret-${'b'.repeat(20)}`],
])('a secret is found %s, and not repeated', (_, text) => {
  const leaks = leaksIn(text, secrets)
  expect(leaks).toHaveLength(1)
  expect(leaksIn(leaks.join(), secrets)).toEqual([])
})

it('what holds none, and the line that other programs read the local keys from, are none', () => {
  const addresses = {
    oss: 'http://localhost:8080',
    accessKeySecret: `ownersecret-${'a'.repeat(19)}`,
    mirrorSecret: 'newest-secret-0123',
  }
  expect(leaksIn(`${JSON.stringify(addresses)}\nnewest-secret-012\nCAIS`, secrets)).toEqual([])
})

it('a test file whose process prints a secret fails', async () => {
  const args = ['node_modules/jest/bin/jest.js', '--testMatch', '**/leak.fixture.ts', '--ci']
  const { code, text } = await new Promise<{ code: unknown; text: string }>((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, text: stdout + stderr }),
    )
  })
  expect(code).toBe(1)
  expect(text).toMatch(
    /FAIL .*leak\.fixture\.ts[^]*Expected nothing printed to hold a secret, got\n\s+MIRROR_SECRET after/,
  )
}, 60_000)
