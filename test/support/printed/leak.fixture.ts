// Not a test of the suite: printed.test.ts runs it and wants to see it fail.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

it('a process it starts prints a secret it was given', async () => {
  const env = { ...process.env, MIRROR_SECRET: 'the-newest-of-the-secrets,an-older-one-of-them' }
  const child = spawn(process.execPath, ['-e', 'process.stderr.write(process.env.MIRROR_SECRET.slice(26))'], { env })
  const printed: string[] = []
  child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  await once(child, 'close')
  expect(printed.join('')).toBe('an-older-one-of-them')
})
