// The suite: the tests of the vendor's Go client, version 1.5.0, as Debian and Ubuntu package them. It was written
// against the real service. Nothing of it is kept here; its files are copied to a temporary folder when it runs.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The packages that bring the suite and what it takes to run it. */
export const PACKAGES = ['golang-go', 'golang-github-aliyun-aliyun-oss-go-sdk-dev', 'golang-gopkg-check.v1-dev']

/** Where the packages put Go sources. */
export const GOCODE = '/usr/share/gocode'

const IMPORT_PATH = 'github.com/aliyun/aliyun-oss-go-sdk/oss'
const RUNNER = 'gopkg.in/check.v1'

// What release 1.5.0 calls itself. The exclusions, and the file whose tag is asserted (below), are those of this release.
const VERSION = '1.4.0'

export interface Suite {
  /** The compiled test program. */
  program: string
  /** `Suite.Test` of every test in it. */
  tests: string[]
  /** The folder of the client's sources, of which one test uploads a file. */
  sources: string
}

/** Why the suite cannot run here, or undefined. */
export function missing(gocode = GOCODE): string | undefined {
  const paths = [IMPORT_PATH, RUNNER].filter((path) => !existsSync(join(gocode, 'src', path)))
  const lacks = paths.map((path) => `${path} in ${gocode}/src`)
  if (spawnSync('go', ['version']).status !== 0) lacks.push('go')
  const version = paths.length === 0 ? versionOf(gocode) : VERSION
  if (version !== VERSION) return `Expected release 1.5.0 of the client, which calls itself ${VERSION}, got ${version}.`
  if (lacks.length === 0) return undefined
  const remedy = `apt-get install -y --no-install-recommends ${PACKAGES.join(' ')}`
  return `Missing: ${lacks.join(', ')}. On Debian or Ubuntu: ${remedy}`
}

function versionOf(gocode: string): string {
  const text = readFileSync(join(gocode, 'src', IMPORT_PATH, 'const.go'), 'utf8')
  return /\bVersion = "([^"]*)"/.exec(text)?.[1] ?? 'none'
}

/**
 * Compiles the suite in a folder, with a guard against other hosts beside it.
 * @throws Error with the compiler's words, or where a test names an address that is not loopback
 */
export async function build(folder: string, gocode = GOCODE): Promise<Suite> {
  const sources = join(folder, 'gopath', 'src', IMPORT_PATH)
  mkdirSync(sources, { recursive: true })
  const original = join(gocode, 'src', IMPORT_PATH)
  for (const name of readdirSync(original).filter((name) => name.endsWith('.go'))) {
    const text = readFileSync(join(original, name), 'utf8')
    refuseAddresses(name, text)
    writeFileSync(join(sources, name), text.replaceAll(PICTURE_ETAG, etagOf(picture(), PICTURE_PART)))
  }
  copyFileSync(join('scripts', 'conformance', 'loopback_test.go'), join(sources, 'loopback_test.go'))
  const program = join(folder, 'suite')
  // Without cgo no C compiler is needed.
  const mode = { CGO_ENABLED: '0', GO111MODULE: 'off', GOFLAGS: '', GOPROXY: 'off' }
  const env = { ...mode, GOPATH: `${join(folder, 'gopath')}:${gocode}` }
  const made = await run('go', ['test', '-c', '-o', program, IMPORT_PATH], env)
  if (made.code !== 0) throw new Error(`Expected the suite to compile, got:\n${made.output}`)
  const listed = await run(program, ['-check.list', '-test.run', '^Test$'], {}, folder)
  const tests = listed.output.split('\n').filter((line) => /^\w+\.\w+$/.test(line))
  if (tests.length === 0) throw new Error(`Expected a list of tests, got:\n${listed.output}`)
  return { program, tests, sources }
}

/** The name of the suite a test belongs to. */
export function suiteOf(test: string): string {
  return test.split('.', 1)[0] ?? test
}

// Names are not looked up (loopback_test.go); numbers need no looking up.
function refuseAddresses(name: string, text: string): void {
  if (!name.endsWith('_test.go')) return
  const found = text.match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g)?.find((address) => !address.startsWith('127.'))
  if (found !== undefined) throw new Error(`Expected ${name} to name no address but loopback, got ${found}.`)
}

// The picture most tests upload is not part of the package. Only its size and, in two tests, the tag of its upload in
// parts of 100 KB are asserted. The size is kept; the tag is that of our bytes.
const PICTURE_BYTES = 482_048
const PICTURE_ETAG = '2351E662233817A7AE974D8C5B0876DD-5'
const PICTURE_PART = 100 * 1024

let pictureBytes: Buffer | undefined

/** Bytes in the picture's place; the same in every run. */
export function picture(): Buffer {
  pictureBytes ??= noise(PICTURE_BYTES)
  return pictureBytes
}

/** Bytes no compressor likes, the same for the same length. */
export function noise(bytes: number): Buffer {
  const blocks: Buffer[] = []
  for (let at = 0; at * 32 < bytes; at += 1) blocks.push(createHash('sha256').update(`${bytes} ${at}`).digest())
  return Buffer.concat(blocks).subarray(0, bytes)
}

/** The tag of an object that was uploaded in parts: the MD5 of the parts' MD5s, and their number. */
function etagOf(bytes: Buffer, part: number): string {
  const sums: Buffer[] = []
  for (let at = 0; at < bytes.length; at += part) {
    sums.push(
      createHash('md5')
        .update(bytes.subarray(at, at + part))
        .digest(),
    )
  }
  return `${createHash('md5').update(Buffer.concat(sums)).digest('hex').toUpperCase()}-${sums.length}`
}

function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd = process.cwd(),
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const hear = (chunk: Buffer): void => void (output += chunk.toString())
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}
