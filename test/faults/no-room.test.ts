// Function Compute gives an instance 512 MB of /tmp that nobody empties. Nothing in here may need them.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'

import { testCloud, type TestCloud } from '../e2e/support.ts'
import { cameraJpeg } from '../support/pictures.ts'
import { preload, type Preload } from './preload.ts'
import { film, wrongStored } from './support.ts'

const uploaded = new Map<string, Buffer>()
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'no-room-'))
  uploaded.set('photo.jpg', await cameraJpeg(320, 240))
  uploaded.set(
    'drawing.svg',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect/></svg>'),
  )
  uploaded.set('film.mp4', film(300_000))
  // More than 100 MB of pixels, which libvips keeps in a file where it needs them in any order.
  const large = sharp({ create: { width: 7200, height: 5000, channels: 3, background: '#246' } })
  uploaded.set('interlaced.png', await large.png({ progressive: true, compressionLevel: 1 }).toBuffer())
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let cloud: TestCloud | undefined
let before: Preload | undefined
afterEach(async () => {
  await cloud?.close()
  cloud = undefined
  before?.remove()
  before = undefined
})

/** @param first a program that runs in the function before it */
async function start(temporary: string, first = ''): Promise<TestCloud> {
  before = preload(first)
  // All that says where temporary files go.
  const places = { TMPDIR: temporary, TMP: temporary, TEMP: temporary, HOME: temporary, XDG_CACHE_HOME: temporary }
  cloud = await testCloud({
    memoryMb: 4096,
    environment: { ...places, NODE_OPTIONS: before.NODE_OPTIONS, DEADLINE_MS: '25000' },
  })
  return cloud
}

const SMALL = [
  'photo.jpg',
  'photo.jpg__op__resize,w_40',
  'photo.jpg__op__format,f_webp',
  'photo.jpg__op__rotate,33__op__blur,r_3,s_2',
  'drawing.svg',
  'film.mp4',
]
const LARGE = ['interlaced.png__op__circle,r_300']

async function everythingWorks(cloud: TestCloud, keys: readonly string[]): Promise<void> {
  await Promise.all([...uploaded].map(([key, bytes]) => cloud.upload(key, bytes)))
  for (const key of keys) expect([key, (await cloud.read(key)).status]).toEqual([key, 200])
  for (const key of keys) expect([key, (await cloud.head(key)).status]).toEqual([key, 200])
  expect(await wrongStored(cloud, uploaded)).toEqual([])
  expect(cloud.gateway.counters).toMatchObject({ started: 1, crashed: 0 })
}

it('nothing is ever written where temporary files go', async () => {
  const watched = join(folder, 'watched')
  mkdirSync(watched)
  // A file that comes and goes at once changes this, too.
  const changed = () => statSync(watched, { bigint: true }).mtimeNs
  const untouched = changed()
  await everythingWorks(await start(watched), [...SMALL, ...LARGE])
  expect([changed(), readdirSync(watched)]).toEqual([untouched, []])
})

/** A file system without a free byte; undefined where this user may not mount one. */
function mountFull(place: string): { remove(): void } | undefined {
  mkdirSync(place)
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', place])
  if (status !== 0) return undefined
  const fill = () => writeFileSync(join(place, 'filling'), Buffer.alloc(4096), { flag: 'a' })
  const remove = () => {
    if (spawnSync('umount', [place]).status !== 0) spawnSync('umount', ['-l', place])
  }
  try {
    for (;;) fill()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return { remove }
    remove()
    throw error
  }
}

it('a file system that is full', async () => {
  const place = join(folder, 'full')
  const full = mountFull(place)
  if (full === undefined) {
    process.stderr.write('Not tried on a full file system: this user may not mount one.\n')
    return
  }
  try {
    await everythingWorks(await start(place), [...SMALL, ...LARGE])
  } finally {
    await cloud?.close()
    cloud = undefined
    full.remove()
  }
})

it('a user who may write nowhere', async () => {
  const closed = join(folder, 'closed')
  chmodSync(folder, 0o755)
  mkdirSync(closed)
  chmodSync(closed, 0o555)
  // Root may write anywhere, so it becomes nobody, where nobody may read the code.
  const started = await start(
    closed,
    `const { openSync, mkdirSync } = require('node:fs')
     const may = (act) => { try { act(); return true } catch { return false } }
     if (process.getuid() === 0) {
       process.seteuid(65534)
       const readable = may(() => openSync('web.js'))
       process.seteuid(0)
       if (readable) { process.setgroups([]); process.setgid(65534); process.setuid(65534) }
     }
     if (process.getuid() !== 0 && may(() => mkdirSync(${JSON.stringify(join(closed, 'written'))}))) process.exit(9)`,
  )
  await everythingWorks(started, SMALL)
})
