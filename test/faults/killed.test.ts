// The function's end, whenever it comes: a reader in the middle of it gets an error, and nobody ever gets half a picture.
import { cameraJpeg } from '../support/pictures.ts'
import { testCloud, type TestCloud } from '../e2e/support.ts'
import { preload, type Preload } from './preload.ts'
import { type Relay, startRelay } from './relay.ts'
import { fares, film, requestsFor, until, workerAtWork, wrongStored } from './support.ts'

/** Ends the process as soon as a request has been taken in: its key is parsed by then, and nothing has been read. */
const END_AT_REQUEST = `
  const { existsSync, readFileSync, renameSync } = require('node:fs')
  const { Server } = require('node:http')
  const { emit } = Server.prototype
  Server.prototype.emit = function (event, ...given) {
    const taken = emit.call(this, event, ...given)
    if (event === 'request' && existsSync(FILE) && readFileSync(FILE, 'utf8') === 'end') {
      renameSync(FILE, FILE + '.done')
      process.kill(process.pid, 'SIGKILL')
    }
    return taken
  }`

let photo: Buffer
let large: Buffer
beforeAll(async () => {
  photo = await cameraJpeg(400, 300)
  large = await cameraJpeg(1300, 1000)
})

describe.each(['function', 'mirror'] as const)('STORE=%s', (store) => {
  let cloud: TestCloud
  let relay: Relay
  let told: Preload
  const uploaded = new Map<string, Buffer>()
  beforeAll(async () => {
    uploaded.clear()
    told = preload(END_AT_REQUEST)
    relay = await startRelay()
    cloud = await testCloud({
      environment: { STORE: store, OSS_ENDPOINT: relay.url, NODE_OPTIONS: told.NODE_OPTIONS },
      rule: store === 'function' ? { proxyPass: true } : { proxyPass: false, saveMeta: true },
      // What the platform says with 200 of a function that ended would be stored by any mirror, whatever the function does.
      gatewaySwitches: { exitStatus: 502 },
    })
    relay.leadTo(cloud.oss.port)
  })
  afterAll(async () => {
    await cloud.close()
    await relay.close()
    told.remove()
  })

  async function upload(key: string, bytes: Buffer): Promise<void> {
    uploaded.set(key, bytes)
    await cloud.upload(key, bytes)
  }

  async function end(): Promise<void> {
    const [instance] = cloud.gateway.instances()
    expect(await cloud.gateway.killInstance(instance?.id ?? '')).toBe(true)
  }

  /** An error, nothing wrong stored, and the same key right afterwards. */
  async function recovers(key: string, reading: Promise<number | 'cut'>, answers: (number | 'cut')[]): Promise<void> {
    expect(answers).toContain(await reading)
    cloud.oss.faults.clear()
    expect(await wrongStored(cloud, uploaded, key)).toEqual([])
    const { status } = await cloud.read(key)
    expect([status, (await cloud.head(key)).status]).toEqual([200, 200])
    expect(await wrongStored(cloud, uploaded, key)).toEqual([])
  }

  const oneFault = (operation: 'read' | 'put' | 'copy', fault: object) =>
    cloud.oss.faults.add({
      match: { operation, bucket: operation === 'read' ? 'originals' : 'compressed' },
      times: 1,
      kind: 'stall',
      ...fault,
    })
  const fired = () => until(() => cloud.oss.faults.list().some((fault) => fault.fired > 0))

  /** Ended while OSS holds the original, or the rest of it, back. */
  async function readFails(key: string, fault: object): Promise<void> {
    await upload(key, photo)
    oneFault('read', fault)
    const reading = fares(cloud.read(key))
    await fired()
    await end()
    await recovers(key, reading, [424])
  }

  it('in the middle of its original', async () => {
    await readFails('middle.jpg', { bytes: 20_000 })
  })

  it('while its answer is on the way', async () => {
    await upload('film.mp4', film(6_000_000))
    oneFault('read', { bytes: 3_000_000 })
    const reading = fares(cloud.read('film.mp4'))
    // What it is has been confirmed by a second look: from then on it is answered as it comes.
    await until(() => requestsFor(cloud, 'GET', 'film.mp4') > 0)
    await end()
    await recovers('film.mp4', reading, [424, 'cut'])
  })

  if (store === 'mirror') return

  it('while its key is parsed', async () => {
    await upload('parsed.jpg', photo)
    told.tell('end')
    const reading = fares(cloud.read('parsed.jpg'))
    await until(() => cloud.gateway.counters.crashed === 1)
    expect(requestsFor(cloud, 'GET', 'parsed.jpg')).toBe(0)
    await recovers('parsed.jpg', reading, [424])
  })

  it('before the first byte of its original', async () => {
    await readFails('first.jpg', {})
  })

  it('while its picture is made', async () => {
    await upload('made.jpg', large)
    const reading = fares(cloud.read('made.jpg__op__format,f_avif'))
    await until(() => workerAtWork(cloud, 20))
    await end()
    await recovers('made.jpg__op__format,f_avif', reading, [424])
  })

  it.each([
    ['while it is put', 'put', 'put.jpg', {}],
    ['when it has been put, and does not know yet', 'put', 'putted.jpg', { when: 'after' }],
    ['while it is copied', 'copy', 'copy.mp4', {}],
    ['when it has been copied, and does not know yet', 'copy', 'copied.mp4', { when: 'after' }],
  ] as const)('%s', async (_, operation, key, fault) => {
    await upload(key, operation === 'put' ? photo : film(300_000))
    oneFault(operation, fault)
    const reading = fares(cloud.read(key))
    await fired()
    if ('when' in fault) await until(() => cloud.oss.store.bucket('compressed')?.files.find(key))
    await end()
    await recovers(key, reading, [424, 'cut'])
  })

  it('in the middle of the upload: half of it is nothing', async () => {
    await upload('half.jpg', photo)
    const held = relay.holdUpload(8000)
    const reading = fares(cloud.read('half.jpg'))
    await held
    await end()
    expect((await cloud.head('half.jpg')).status).toBe(404)
    await recovers('half.jpg', reading, [424, 'cut'])
  })
})
