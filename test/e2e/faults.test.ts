import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'

import { originPolicy } from '../../scripts/deployment/policies.ts'
import { cameraJpeg, meanDifference } from '../support/pictures.ts'
import { BUILT, testCloud, type TestCloud } from './support.ts'

let photo: Buffer
beforeAll(async () => {
  photo = await cameraJpeg(800, 600)
})

let cloud: TestCloud | undefined
afterEach(async () => {
  await cloud?.close()
  cloud = undefined
})

it('a role that may not put: readers still get their picture, and nothing is stored', async () => {
  const rolePolicy = {
    ...originPolicy({ originals: 'originals', compressed: 'compressed' }),
    Statement: originPolicy({ originals: 'originals', compressed: 'compressed' }).Statement.filter(
      ({ Action }) => !Action.includes('oss:PutObject'),
    ),
  }
  cloud = await testCloud({ rolePolicy })
  await cloud.upload('a.jpg', photo)
  const { status, body } = await cloud.read('a.jpg')
  expect(status).toBe(200)
  expect(await meanDifference(photo, body)).toBeLessThan(8)
  expect((await cloud.head('a.jpg')).status).toBe(404)
  expect(cloud.lines().at(-1)).toMatchObject({ outcome: 'compressed', put: 'failed' })
})

it.each([
  ['none', undefined],
  ['a wrong one', 'not-the-secret-at-all'],
])('mirror secret: %s → 403, nothing is read', async (_, secret) => {
  cloud = await testCloud()
  await cloud.upload('a.jpg', photo)
  const { status } = await cloud.ask('/a.jpg', { headers: secret === undefined ? {} : { 'x-mirror-secret': secret } })
  expect(status).toBe(403)
  expect(cloud.counts()).toMatchObject({ reads: 0, puts: 0 })
})

describe('an original whose bytes arrive', () => {
  it.each([
    ['short', { kind: 'short', bytes: 20_000 }],
    ['corrupt', { kind: 'corrupt' }],
    ['with another CRC-64', { kind: 'wrong-crc' }],
    ['and stop coming', { kind: 'stall', bytes: 20_000 }],
    ['after a reset', { kind: 'reset' }],
  ] as const)('%s is never answered with 200, and works when the fault has passed', async (_, fault) => {
    cloud = await testCloud()
    await cloud.upload('a.jpg', photo)
    cloud.oss.faults.add({ match: { operation: 'read', bucket: cloud.addresses.originals }, ...fault })
    const direct = await cloud.ask('/a.jpg')
    expect([502, 503, 504]).toContain(direct.status)
    const through = await cloud.read('a.jpg')
    expect(through.status).toBe(424)
    expect((await cloud.head('a.jpg')).status).toBe(404)
    cloud.oss.faults.clear()
    expect((await cloud.read('a.jpg')).status).toBe(200)
  })

  it('short once is read again within the same request', async () => {
    cloud = await testCloud()
    await cloud.upload('a.jpg', photo)
    cloud.oss.faults.add({
      match: { operation: 'read', bucket: cloud.addresses.originals },
      kind: 'short',
      bytes: 20_000,
      times: 1,
    })
    expect((await cloud.read('a.jpg')).status).toBe(200)
  })

  it('short while they pass through break the connection, and the film is right the next time', async () => {
    cloud = await testCloud()
    const film = Buffer.concat([
      Buffer.from('000000206674797069736f6d0000020069736f6d69736f32617663316d703431', 'hex'),
      Buffer.alloc(6_000_000, 7),
    ])
    await cloud.upload('film.mp4', film)
    cloud.oss.faults.add({
      match: { operation: 'read', bucket: cloud.addresses.originals },
      kind: 'short',
      bytes: 1_000_000,
      times: 2,
    })
    const broken = await cloud.ask('/film.mp4').catch((error: unknown) => error)
    expect(broken).toMatchObject({ name: 'TypeError', message: expect.stringMatching(/terminated|fetch failed/) })
    cloud.oss.faults.clear()
    const whole = await cloud.read('film.mp4')
    expect([whole.status, whole.body.equals(film), whole.headers.get('content-type')]).toEqual([200, true, 'video/mp4'])
  })
})

it('an encoder fault: 503, nothing stored, and the same key works a moment later', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'encoder-fault-'))
  const faulty = join(folder, 'faulty')
  const preload = join(folder, 'preload.cjs')
  writeFileSync(faulty, '')
  // The real bundle with a real sharp, whose encoders run out of memory while the file is there.
  writeFileSync(
    preload,
    `const sharp = require(${JSON.stringify(join(BUILT, 'node_modules/sharp'))})
     const { existsSync } = require('node:fs')
     const { toBuffer } = sharp.prototype
     sharp.prototype.toBuffer = function (...args) {
       return existsSync(${JSON.stringify(faulty)}) ? Promise.reject(new Error('vips_malloc: out of memory')) : toBuffer.apply(this, args)
     }`,
  )
  try {
    cloud = await testCloud({ environment: { NODE_OPTIONS: `--require ${preload}` } })
    await cloud.upload('a.jpg', photo)
    const direct = await cloud.ask('/a.jpg')
    expect([direct.status, direct.headers.get('retry-after')]).toEqual([503, '1'])
    expect((await cloud.read('a.jpg')).status).toBe(424)
    expect((await cloud.head('a.jpg')).status).toBe(404)
    rmSync(faulty)
    const { status, body } = await cloud.read('a.jpg')
    expect([status, (await sharp(body).metadata()).width]).toEqual([200, 800])
    expect(body.length).toBeLessThan(photo.length)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
