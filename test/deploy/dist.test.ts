import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { deflateRawSync } from 'node:zlib'

import { BUNDLES } from '../../scripts/build/bundle.ts'
import { pinned } from '../../scripts/build/download.ts'
import { filesIn, seal } from '../../scripts/build/seal.ts'
import { functionNode } from '../../scripts/local/cloud.ts'

const SEMVER =
  /^node_modules\/semver\/((classes|functions|internal|ranges)\/[a-z-]+\.js|index\.js|preload\.js|LICENSE|package\.json)$/
const NOT_ON_OTHER_MACHINES = process.platform === 'linux' && process.arch === 'x64' ? it : it.skip

// Processes start slowly on a busy machine.
jest.setTimeout(120_000)

let folder: string
let dist: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-dist-'))
  dist = built('one', {})
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A build of its own: what deploys from this folder must not depend on what another test left in dist/. */
function built(name: string, env: NodeJS.ProcessEnv, umask = '022'): string {
  const out = join(folder, name)
  const here = process.platform === 'linux' && process.arch === 'x64' ? '--out' : '--here'
  const command = `umask ${umask} && exec "${process.execPath}" --import tsx scripts/build.ts ${here} "${out}"`
  execFileSync('/bin/sh', ['-c', command], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  return out
}

/** TEXT_FONT_FILE of a developer adds a font, nothing else. */
const contents = (of: string) => filesIn(of).filter((file) => !file.startsWith('fonts/'))

NOT_ON_OTHER_MACHINES('the build holds exactly what runs: the bundles, sharp for linux-x64 with glibc', () => {
  const files = contents(dist).map((file) =>
    file.replace(/(libvips-cpp\.so|sharp-linux-x64)[.-][\d.]+\d/, '$1-VERSION'),
  )
  expect(files.filter((file) => !SEMVER.test(file))).toEqual(
    [
      'bootstrap',
      'package.json',
      ...Object.keys(BUNDLES).map((name) => `${name}.js`),
      ...['LICENSE.md', 'color.cjs', 'index.cjs', 'package.json'].map((name) => `node_modules/@img/colour/${name}`),
      ...['README.md', 'lib/index.js', 'lib/libvips-cpp.so-VERSION', 'package.json', 'versions.json'].map(
        (name) => `node_modules/@img/sharp-libvips-linux-x64/${name}`,
      ),
      ...['LICENSE', 'index.cjs', 'lib/sharp-linux-x64-VERSION.node', 'package.json'].map(
        (name) => `node_modules/@img/sharp-linux-x64/${name}`,
      ),
      ...['LICENSE', 'package.json'].map((name) => `node_modules/detect-libc/${name}`),
      ...['detect-libc', 'elf', 'filesystem', 'process'].map((name) => `node_modules/detect-libc/lib/${name}.js`),
      ...['LICENSE', 'package.json'].map((name) => `node_modules/sharp/${name}`),
      ...[
        'channel',
        'colour',
        'composite',
        'constructor',
        'index',
        'input',
        'is',
        'libvips',
        'operation',
        'output',
        'resize',
        'sharp',
        'utility',
      ].map((name) => `node_modules/sharp/dist/${name}.cjs`),
    ].toSorted(),
  )
  expect(files.filter((file) => SEMVER.test(file)).length).toBeGreaterThan(20)
})

it('archived, it is under 10 MB', () => {
  const archived = contents(dist).map(
    // Two headers a file: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7 and 4.3.12.
    (file) => deflateRawSync(readFileSync(join(dist, file))).length + 76 + 2 * file.length,
  )
  expect(archived.reduce((sum, bytes) => sum + bytes, 22)).toBeLessThan(10_000_000)
})

it('two builds are the same: names, bytes, modes, times', () => {
  const other = built('two', { TZ: 'Asia/Shanghai', LC_ALL: 'C' }, '077')
  expect(filesIn(other)).toEqual(filesIn(dist))
  for (const file of filesIn(dist)) {
    const [a, b] = [dist, other].map((of) => lstatSync(join(of, file)))
    expect([file, b?.mode, b?.mtimeMs]).toEqual([file, a?.mode, a?.mtimeMs])
    expect([file, readFileSync(join(other, file)).equals(readFileSync(join(dist, file)))]).toEqual([file, true])
  }
})

it('only bootstrap is executable, and everybody may read all of it', () => {
  for (const file of filesIn(dist)) {
    const mode = lstatSync(join(dist, file)).mode & 0o777
    expect([file, mode]).toEqual([file, file === 'bootstrap' ? 0o755 : 0o644])
  }
})

it('what a build leaves does not say when and by whom it was made', () => {
  const copy = join(folder, 'copy')
  cpSync(dist, copy, { recursive: true })
  expect(lstatSync(join(copy, 'web.js')).mtimeMs).not.toBe(lstatSync(join(dist, 'web.js')).mtimeMs)
  seal(copy)
  expect(lstatSync(join(copy, 'web.js')).mtimeMs).toBe(lstatSync(join(dist, 'web.js')).mtimeMs)
})

it('on Node 20.10.0, in a folder that knows nothing of this one, each part finds all it needs', () => {
  const script = `
    const before = new Set(Object.keys(require.cache))
    const sharp = require('sharp')
    require('./ali-oss.js')
    sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).avif().toBuffer().then((bytes) => {
      const loaded = Object.keys(require.cache).filter((file) => !before.has(file) && !file.startsWith(process.cwd()))
      process.stdout.write(JSON.stringify({ node: process.version, bytes: bytes.length > 100, loaded }))
    })`
  const { stdout, stderr } = spawnSync(functionNode().path, ['-e', script], {
    cwd: dist,
    env: { PATH: '/usr/bin:/bin' },
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({
    node: functionNode().exact ? 'v20.10.0' : process.version,
    bytes: true,
    loaded: [],
  })
})

it('a start begins with the first worker, and loads no engine nor what only few requests need', () => {
  const hook = join(folder, 'hook.cjs')
  writeFileSync(
    hook,
    `
    const children = require('node:child_process')
    const { spawn } = children
    const { _load } = require('node:module')
    const seen = []
    children.spawn = (...given) => (seen.push('worker'), spawn(...given))
    require('node:module')._load = (name, ...rest) => {
      if (/^(node:)?https?$/.test(name)) seen.push('http')
      return _load(name, ...rest)
    }
    require('node:net').Server.prototype.listen = function () {
      // What is loaded late begins before the first request.
      setImmediate(() => {
        const loaded = Object.keys(require.cache).map((file) => file.replace(process.cwd() + '/', ''))
        process.stdout.write(JSON.stringify({ first: seen[0], loaded: loaded.filter((file) => !file.startsWith('/')) }))
        process.exit()
      })
    }`,
  )
  const { stdout, stderr } = spawnSync(functionNode().path, ['--require', hook, 'web.js'], {
    cwd: dist,
    env: {
      PATH: '/usr/bin:/bin',
      OSS_REGION: 'cn-hangzhou',
      OSS_ORIGINAL_BUCKET_NAME: 'photos',
      OSS_COMPRESS_BUCKET_NAME: 'photos-small',
      MIRROR_SECRET: '0123456789abcdef0123456789abcdef',
    },
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({ first: 'worker', loaded: ['web.js', 'ali-oss.js'] })
})

it('a build that fails leaves the last one as it was', () => {
  const before = filesIn(dist)
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', resolve('scripts/build.ts'), '--out', dist],
    { env: { ...process.env, TEXT_FONT_FILE: '/no/such/font.ttf' }, encoding: 'utf8' },
  )
  expect([status, stderr]).toEqual([1, expect.stringContaining('Expected a font file, got «/no/such/font.ttf»')])
  expect(filesIn(dist)).toEqual(before)
  expect(filesIn(folder).filter((file) => /\.(new|old)\//.test(file))).toEqual([])
})

it('binaries for Function Compute that are downloaded are those of package-lock.json', () => {
  const { version } = JSON.parse(readFileSync('node_modules/sharp/package.json', 'utf8')) as { version: string }
  expect(pinned('package-lock.json', '@img/sharp-linux-x64', version)).toEqual({
    name: '@img/sharp-linux-x64',
    version,
    integrity: expect.stringMatching(/^sha512-/) as string,
  })
  expect(() => pinned('package-lock.json', '@img/sharp-linux-x64', '0.0.1')).toThrow(
    `Expected @img/sharp-linux-x64 0.0.1 in package-lock.json, got ${version}`,
  )
})
