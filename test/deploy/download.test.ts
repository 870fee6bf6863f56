// How the build gets sharp's binaries on a machine that has others: npm packs them, the lock file says whether they are right.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { download } from '../../scripts/build/download.ts'
import { FUNCTION_BINARIES, shipSharp } from '../../scripts/build/sharp.ts'

const NAME = '@made-up/binary'
const registryBefore = process.env['npm_config_registry']

// Processes start slowly on a busy machine.
jest.setTimeout(120_000)

let folder: string
let registry: ChildProcess
let integrity: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-registry-'))
  const source = join(folder, 'source')
  mkdirSync(join(source, 'lib'), { recursive: true })
  writeFileSync(join(source, 'package.json'), JSON.stringify({ name: NAME, version: '1.2.3', os: ['plan9'] }))
  writeFileSync(join(source, 'lib/binary.node'), 'a binary')
  execFileSync('npm', ['pack', source, '--pack-destination', folder, '--silent'], { stdio: 'ignore' })
  const archive = join(folder, 'made-up-binary-1.2.3.tgz')
  integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
  // A process of its own: the build waits for npm without answering anybody.
  const script = `const { readFileSync } = require('node:fs')
    const server = require('node:http').createServer(({ url, headers }, answer) => {
      if (url.endsWith('.tgz')) return answer.end(readFileSync(${JSON.stringify(archive)}))
      const tarball = 'http://' + headers.host + '/binary.tgz'
      const version = { name: '${NAME}', version: '1.2.3', os: ['plan9'], dist: { tarball } }
      answer.end(JSON.stringify({ name: '${NAME}', 'dist-tags': { latest: '1.2.3' }, versions: { '1.2.3': version } }))
    }).listen(0, '127.0.0.1', () => console.log(server.address().port))`
  registry = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<string>((done) => registry.stdout?.once('data', (text: Buffer) => done(String(text))))
  process.env['npm_config_registry'] = `http://127.0.0.1:${port.trim()}/`
  process.env['npm_config_cache'] = join(folder, 'cache')
})
afterAll(() => {
  registry.kill()
  delete process.env['npm_config_cache']
  if (registryBefore === undefined) delete process.env['npm_config_registry']
  else process.env['npm_config_registry'] = registryBefore
  rmSync(folder, { recursive: true, force: true })
})

it('a package for another platform is unpacked, and its files are those that were published', () => {
  const modules = download([{ name: NAME, version: '1.2.3', integrity }])
  try {
    expect(readFileSync(join(modules, NAME, 'lib/binary.node'), 'utf8')).toBe('a binary')
    const target = join(folder, 'shipped')
    shipSharp('node_modules', { names: [NAME], modules }, target)
    expect(existsSync(join(target, NAME, 'lib/binary.node'))).toBe(true)
    expect(existsSync(join(target, 'sharp/dist/index.cjs'))).toBe(true)
    for (const binary of FUNCTION_BINARIES) expect(existsSync(join(target, binary))).toBe(false)
  } finally {
    rmSync(modules, { recursive: true, force: true })
  }
})

it('bytes that the lock file does not know are never built in', () => {
  const wrong = `sha512-${createHash('sha512').update('something else').digest('base64')}`
  expect(() => download([{ name: NAME, version: '1.2.3', integrity: wrong }])).toThrow(
    `Expected ${NAME}@1.2.3 with ${wrong} (package-lock.json), got ${integrity}.`,
  )
})
