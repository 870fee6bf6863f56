import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import sharp from 'sharp'

import { ownerClient } from '../../scripts/owner.ts'
import { cameraJpeg, meanDifference } from '../support/pictures.ts'
import { testCloud, type TestCloud } from './support.ts'

let cloud: TestCloud
let day: Buffer
let night: Buffer
const LOGO = Buffer.from('marks/logo.png').toString('base64url')
const SETTINGS = {
  DIALECTS: 'suffix,style,size-prefix',
  STYLES: `thumb=image/resize,w_120;card=image/resize,w_300;marked=image/resize,w_200/watermark,image_${LOGO}`,
  ALLOW: 'sizes=200,90x60;styles=thumb,card,marked',
  PREGENERATE: 'thumb',
}

beforeAll(async () => {
  cloud = await testCloud({
    environment: SETTINGS,
    events: { instances: 4, parallel: 4, backoffMs: 20, environment: { OSS_IMAGE_ORIGIN_SETTLE_MS: '1000' } },
  })
  ;[day, night] = await Promise.all([cameraJpeg(640, 480, 1), cameraJpeg(640, 480, 9)])
})
afterAll(() => cloud.close())

const originals = () => ownerClient({ ...cloud.addresses, endpoint: cloud.addresses.oss }, cloud.addresses.originals)
const rested = async () => {
  await cloud.events?.trigger.idle()
}
/** Whether a stored version shows this original. */
async function shows(key: string, original: Buffer): Promise<boolean> {
  const { status, body } = await cloud.read(key)
  expect([key, status]).toEqual([key, 200])
  const { width, height } = await sharp(body).metadata()
  const expected = await sharp(original).resize(width, height, { fit: 'fill' }).png().toBuffer()
  return (await meanDifference(body, expected)) < 8
}

const SPELLINGS = [
  'a/photo.jpg',
  'a/photo.jpg__op__',
  'a/photo.jpg!thumb',
  'a/photo.jpg!card',
  'a/photo.jpg@!card',
  'a/photo.jpg__op__resize,w_200',
  '90*60/a/photo.jpg',
  'a/90x60/photo.jpg',
]

it('replaced: every version shows the new picture from the next read on; the plain one is there before anybody asks', async () => {
  await cloud.upload('a/photo.jpg', day)
  await rested()
  expect((await cloud.head('a/photo.jpg')).status).toBe(200)
  for (const key of SPELLINGS) expect([key, await shows(key, day)]).toEqual([key, true])
  await cloud.upload('a/photo.jpg2', day)
  await cloud.read('a/photo.jpg2')

  await cloud.upload('a/photo.jpg', night)
  await rested()
  expect((await cloud.head('a/photo.jpg')).status).toBe(200)
  expect((await cloud.head('a/photo.jpg!thumb')).status).toBe(200)
  expect((await cloud.head('a/photo.jpg!card')).status).toBe(404)
  expect(await shows('a/photo.jpg2', day)).toBe(true)
  for (const key of SPELLINGS) expect([key, await shows(key, night)]).toEqual([key, true])
}, 60_000)

it('deleted: 404 everywhere', async () => {
  await originals().delete('a/photo.jpg')
  await rested()
  for (const key of SPELLINGS) expect([key, (await cloud.read(key)).status]).toEqual([key, 404])
}, 60_000)

it('what nobody can make is no failure: the events end well, and nothing is stored', async () => {
  for (const [key, body] of [
    ['notes.txt', Buffer.from('no picture at all')],
    ['broken.jpg', day.subarray(0, 2000)],
    ['empty', Buffer.alloc(0)],
  ] as const) {
    await cloud.upload(key, body)
  }
  await rested()
  const outcomes = cloud.events?.trigger.deliveries.map(({ outcome }) => outcome) ?? []
  expect(outcomes.filter((outcome) => outcome !== 'delivered')).toEqual([])
  expect((await cloud.head('notes.txt')).status).toBe(404)
  expect((await cloud.head('broken.jpg!thumb')).status).toBe(404)
}, 60_000)

it('a watermark is replaced: what shows it goes, also where its original stays', async () => {
  const mark = (background: string) =>
    sharp({ create: { width: 40, height: 40, channels: 3, background } })
      .png()
      .toBuffer()
  await cloud.upload('marks/logo.png', await mark('#ff0000'))
  await cloud.upload('b.jpg', day)
  await rested()
  const before = await cloud.read('b.jpg!marked')
  const thumb = await cloud.head('b.jpg!thumb')
  expect([before.status, thumb.status]).toEqual([200, 200])
  await cloud.upload('marks/logo.png', await mark('#0000ff'))
  await rested()
  expect((await cloud.head('b.jpg!marked')).status).toBe(404)
  expect((await cloud.head('b.jpg!thumb')).headers.get('etag')).toBe(thumb.headers.get('etag'))
  const corner = async (body: Buffer) => {
    const cut = await sharp(body).extract({ left: 155, top: 105, width: 30, height: 30 }).png().toBuffer()
    const { channels } = await sharp(cut).stats()
    return channels.map(({ mean }) => mean > 128)
  }
  expect(await corner(before.body)).toEqual([true, false, false])
  expect(await corner((await cloud.read('b.jpg!marked')).body)).toEqual([false, false, true])
}, 60_000)

it('an event for what is up to date removes nothing and makes nothing', async () => {
  await cloud.upload('c.jpg', day)
  await rested()
  await cloud.read('c.jpg!card')
  const keys = ['c.jpg', 'c.jpg!thumb', 'c.jpg!card']
  const etags = async () => Promise.all(keys.map(async (key) => (await cloud.head(key)).headers.get('etag')))
  const [before, puts] = [await etags(), cloud.counts().puts]
  const record = {
    eventName: 'ObjectRemoved:DeleteObject',
    eventTime: '2020-01-01T00:00:00.000Z',
    oss: { bucket: { name: 'originals' }, object: { key: 'c.jpg' } },
  }
  for (let time = 0; time < 2; time++) {
    const told = await cloud.events?.gateway.invoke(Buffer.from(JSON.stringify({ events: [record] })))
    expect([told?.status, told?.errorType]).toEqual([200, undefined])
  }
  expect(await etags()).toEqual(before)
  expect(cloud.counts().puts).toBe(puts)
}, 60_000)

it('npm run purge: what was made from a key or below a prefix goes, and nothing else', async () => {
  const keys = ['p/a.jpg', 'p/a.jpg!card', 'p/90x60/a.jpg', '90*60/p/a.jpg', 'p/a.jpg2', 'p2/a.jpg']
  for (const key of ['p/a.jpg', 'p/a.jpg2', 'p2/a.jpg']) await cloud.upload(key, day)
  await rested()
  for (const key of keys) expect([key, (await cloud.read(key)).status]).toEqual([key, 200])
  const stored = async () => {
    const found = await Promise.all(keys.map(async (key) => ((await cloud.head(key)).status === 200 ? [key] : [])))
    return found.flat()
  }
  const purge = (...args: string[]) => {
    const { addresses } = cloud
    const environment = {
      ...SETTINGS,
      OSS_REGION: addresses.region,
      OSS_ORIGINAL_BUCKET_NAME: addresses.originals,
      OSS_COMPRESS_BUCKET_NAME: addresses.compressed,
      OSS_ENDPOINT: addresses.oss,
      MIRROR_SECRET: addresses.mirrorSecret,
      ALIBABA_CLOUD_ACCESS_KEY_ID: addresses.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: addresses.accessKeySecret,
    }
    return promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/purge.ts', ...args], {
      env: { PATH: process.env['PATH'], ...environment },
    })
  }
  const dry = (await purge('p/a.jpg', '--dry-run', '--json')).stdout.trim().split('\n')
  const last = JSON.parse(dry.pop() ?? '') as { removed: number; bytes: number; dryRun: boolean }
  expect(last).toMatchObject({ removed: 5, dryRun: true })
  const listed = dry.map((line) => (JSON.parse(line) as { key: string }).key)
  expect(listed.sort()).toEqual([...keys.slice(0, 4), 'p/a.jpg!thumb'].sort())
  expect(await stored()).toEqual(keys)

  await purge('p/a.jpg')
  expect(await stored()).toEqual(['p/a.jpg2', 'p2/a.jpg'])
  for (const key of keys) await cloud.read(key)
  expect((await purge('p/')).stderr).toMatch(/^removed \d+ objects/m)
  expect(await stored()).toEqual(['p2/a.jpg'])
  await cloud.read('b.jpg!marked')
  expect((await purge('marks/logo.png', '--mark')).stdout).toBe('b.jpg!marked\n')
  await expect(purge()).rejects.toMatchObject({ code: 2 })
  await expect(purge('p/../x')).rejects.toMatchObject({ code: 2 })
}, 60_000)
