// A bucket that is not there is a mistake in the settings, and must look like one: never like a missing picture.
import type { Bucket } from '../../scripts/local/oss/store/store.ts'
import { testCloud, type TestCloud } from '../e2e/support.ts'
import { cameraJpeg } from '../support/pictures.ts'
import { film, wrongStored } from './support.ts'

let photo: Buffer
let cloud: TestCloud
beforeAll(async () => {
  photo = await cameraJpeg(320, 240)
  cloud = await testCloud()
})
afterAll(() => cloud.close())

const uploaded = new Map<string, Buffer>()
async function upload(key: string, bytes: Buffer): Promise<void> {
  uploaded.set(key, bytes)
  await cloud.upload(key, bytes)
}

/** Takes a bucket away, with all that is in it. @returns what brings it back, empty and with its settings. */
function takeAway(name: 'originals' | 'compressed'): () => void {
  const { store } = cloud.oss
  const { settings } = store.bucket(name) as Bucket
  store.removeBucket(name)
  return () => void store.createBucket(name, settings)
}

/** As soon as OSS has let the function's next request of a kind in. */
function during(operation: 'read' | 'put' | 'copy', act: () => void): void {
  const { faults } = cloud.oss
  const before = faults.before.bind(faults)
  faults.before = (facts, ...rest) => {
    if (facts.operation === operation) {
      faults.before = before
      act()
    }
    return before(facts, ...rest)
  }
}

describe('the bucket of originals', () => {
  /** Gone: never 404, which would say that there is no such picture. Back: everything works. */
  async function toldAndBack(key: string, bringBack: () => void): Promise<void> {
    const direct = await cloud.ask(`/${key}`)
    expect([direct.status, JSON.parse(direct.body.toString())]).toMatchObject([502, { code: 'bucket_denied' }])
    const told = { status: 502, outcome: 'bucket_denied', cause: expect.stringContaining('NoSuchBucket') }
    expect(cloud.lines().at(-1)).toMatchObject(told)
    expect((await cloud.ask(`/${key}`, { method: 'HEAD' })).status).toBe(502)
    expect(cloud.lines().at(-1)).toMatchObject(told)
    expect((await cloud.read(key)).status).toBe(424)
    expect((await cloud.head(key)).status).toBe(404)

    bringBack()
    expect((await cloud.read(key)).status).toBe(404)
    await upload(key, photo)
    expect((await cloud.read(key)).status).toBe(200)
    expect((await cloud.head(key)).status).toBe(200)
    expect(await wrongStored(cloud, uploaded)).toEqual([])
  }

  it('is not there at the start', async () => {
    await toldAndBack('early.jpg', takeAway('originals'))
  })

  it('goes after pictures were read, and others were missing', async () => {
    await upload('a.jpg', photo)
    expect((await cloud.read('a.jpg')).status).toBe(200)
    expect((await cloud.read('missing.jpg')).status).toBe(404)
    await toldAndBack('late.jpg', takeAway('originals'))
  })

  it('goes while a film is on its way: whoever has it begun gets it whole, and nothing is stored', async () => {
    await upload('film.mp4', film(300_000))
    let bringBack = () => undefined as void
    during('copy', () => {
      bringBack = takeAway('originals')
    })
    const { status, body } = await cloud.read('film.mp4')
    expect([status, body.equals(film(300_000))]).toEqual([200, true])
    expect(cloud.lines().at(-1)).toMatchObject({ put: 'failed', putError: expect.stringContaining('NoSuchBucket') })
    expect((await cloud.head('film.mp4')).status).toBe(404)
    bringBack()
    await upload('film.mp4', film(300_000))
    expect((await cloud.read('film.mp4')).status).toBe(200)
    expect((await cloud.head('film.mp4')).status).toBe(200)
  })
})

describe('the bucket of what was made', () => {
  /** The function's own answer: a reader has no bucket to ask. */
  async function answered(key: string): Promise<void> {
    const { status, headers } = await cloud.ask(`/${key}`)
    expect([status, headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(cloud.lines().at(-1)).toMatchObject({ put: 'failed', putError: expect.stringContaining('NoSuchBucket') })
    expect((await cloud.read(key)).status).toBe(404)
  }

  it('goes and comes back: pictures are still made, the log says why none is kept, and then they are again', async () => {
    await upload('kept.jpg', photo)
    await upload('between.jpg', photo)
    expect((await cloud.read('kept.jpg')).status).toBe(200)
    const bringBack = takeAway('compressed')
    await answered('kept.jpg')
    await answered('between.jpg')
    bringBack()
    for (const key of ['kept.jpg', 'between.jpg']) {
      expect((await cloud.read(key)).status).toBe(200)
      expect((await cloud.head(key)).status).toBe(200)
    }
    expect(await wrongStored(cloud, uploaded)).toEqual([])
  })

  it('goes while a picture is put: its reader has it whole', async () => {
    await upload('during.jpg', photo)
    let bringBack = () => undefined as void
    during('put', () => {
      bringBack = takeAway('compressed')
    })
    const { status, body } = await cloud.read('during.jpg')
    bringBack()
    const again = await cloud.read('during.jpg')
    expect([status, again.status, again.body.equals(body)]).toEqual([200, 200, true])
    expect((await cloud.head('during.jpg')).status).toBe(200)
  })
})
