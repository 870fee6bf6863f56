import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-bootstrap-'))
  mkdirSync(join(folder, 'code'))
  cpSync('src/entry/bootstrap.sh', join(folder, 'code/bootstrap'))
  mkdirSync(join(folder, 'bin'))
  // All that the script uses beside the shell.
  for (const name of ['dirname', 'head']) symlinkSync(`/usr/bin/${name}`, join(folder, 'bin', name))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** An interpreter that says this version, and says what it was started with. */
function interpreter(path: string, version: string): void {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  const script = `#!/bin/sh\n[ "$1" = --version ] && { echo "${version}"; exit; }\necho "${version} runs $*"\n`
  writeFileSync(file, script, { mode: 0o755 })
}

/** As the platform starts it, from whatever folder. */
function start() {
  const { status, stdout, stderr } = spawnSync('/bin/sh', [join(folder, 'code/bootstrap')], {
    cwd: '/',
    env: { PATH: join(folder, 'bin'), ORIGIN_NODE_IMAGES: join(folder, 'lang') },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

it('takes the newest of the platform', () => {
  interpreter('lang/nodejs20/bin/node', 'v20.10.0')
  interpreter('lang/nodejs22/bin/node', 'v22.1.0')
  interpreter('lang/nodejs18/bin/node', 'v18.19.0')
  interpreter('bin/node', 'v24.0.0')
  expect(start()).toEqual({ status: 0, stdout: 'v22.1.0 runs web.js\n', stderr: '' })
})

it('takes the one on PATH where the platform has none that is new enough', () => {
  interpreter('lang/nodejs18/bin/node', 'v18.19.0')
  interpreter('lang/nodejs20/bin/node', 'v20.8.1')
  interpreter('bin/node', 'v20.9.0')
  expect(start()).toEqual({ status: 0, stdout: 'v20.9.0 runs web.js\n', stderr: '' })
})

it('names where it looked and what it found when there is none', () => {
  interpreter('lang/nodejs18/bin/node', 'v18.19.0')
  interpreter('bin/node', 'something else')
  const { status, stdout, stderr } = start()
  const lang = join(folder, 'lang')
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr.split('\n')).toEqual([
    'bootstrap: Expected Node.js 20.9 or later, found none. Looked for:',
    `  ${lang}/nodejs24/bin/node: not there`,
    `  ${lang}/nodejs22/bin/node: not there`,
    `  ${lang}/nodejs20/bin/node: not there`,
    `  ${lang}/nodejs18/bin/node: v18.19.0`,
    `  ${join(folder, 'bin/node')}: something else`,
    'Set runtime: custom.debian10 in s.yaml, whose image has Node.js 20.',
    '',
  ])
  rmSync(join(folder, 'bin/node'))
  expect(start().stderr).toContain('\n  node on PATH: not there\n')
})
