// `s local invoke` and `s local start` as the documents of the component describe them, without docker: its command line is
// built from s.yaml and run by a shell, on the built function outside this repository, against the local OSS.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'

import { BUILT, testCloud, type TestCloud } from '../e2e/support.ts'
import { listObjects, ownerClient } from '../../scripts/owner.ts'
import { cameraJpeg } from '../support/pictures.ts'
import { answering, dockerBeside, freePort, localInvoke, type LocalOptions, localStart } from './component.ts'
import { type Props, resolvedProps } from './serverless.ts'

const SECRET = 'secret-of-the-event-files'
const file = (name: string) => `test/events/${name}.json`

// Processes start slowly on a busy machine.
jest.setTimeout(120_000)

let folder: string
let cloud: TestCloud
let props: { origin: Props; events: Props }
let env: NodeJS.ProcessEnv
let photo: Buffer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-local-'))
  cpSync(BUILT, join(folder, 'code'), { recursive: true })
  env = dockerBeside(folder)
  cloud = await testCloud()
  photo = await cameraJpeg(640, 480)
  await cloud.upload('trip/photo.jpg', photo)
  props = resolvedProps({
    env: {
      OSS_REGION: cloud.addresses.region,
      OSS_ORIGINAL_BUCKET_NAME: cloud.addresses.originals,
      OSS_COMPRESS_BUCKET_NAME: cloud.addresses.compressed,
      OSS_ENDPOINT: cloud.addresses.oss,
      MIRROR_SECRET: SECRET,
    },
  })
})
afterAll(async () => {
  await cloud.close()
  rmSync(folder, { recursive: true, force: true })
})

const options = async (): Promise<LocalOptions> => ({
  codeDir: join(folder, 'code'),
  accessKeyId: cloud.addresses.accessKeyId,
  accessKeySecret: cloud.addresses.accessKeySecret,
  port: await freePort(),
})

const owner = () => ownerClient({ ...cloud.addresses, endpoint: cloud.addresses.oss }, cloud.addresses.originals)
const stored = async () =>
  (
    await listObjects(ownerClient({ ...cloud.addresses, endpoint: cloud.addresses.oss }, cloud.addresses.compressed))
  ).map(({ key }) => key)

interface EventAnswer {
  statusCode: number
  headers: Record<string, string>
  isBase64Encoded: boolean
  body: string
}

describe.each(['origin', 'events'] as const)('s %s local invoke', (name) => {
  const invoke = async (event: string) =>
    JSON.parse(await localInvoke(props[name], file(event), await options(), env)) as EventAnswer

  it('get-photo.json: the photo, smaller, and stored', async () => {
    const answer = await invoke('get-photo')
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true, headers: { 'Content-Type': 'image/jpeg' } })
    const picture = Buffer.from(answer.body, 'base64')
    expect(await sharp(picture).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 480 })
    expect(picture.length).toBeLessThan(photo.length)
    expect((await cloud.read('trip/photo.jpg')).body.equals(picture)).toBe(true)
  })

  it('get-operations.json: what the key asks for, under that key', async () => {
    const picture = Buffer.from((await invoke('get-operations')).body, 'base64')
    expect(await sharp(picture).metadata()).toMatchObject({ format: 'webp', width: 320, height: 240 })
    const stored = await cloud.read('trip/photo.jpg__op__resize,w_320__op__format,f_webp')
    expect(stored.body.equals(picture)).toBe(true)
  })

  it('missing-key.json: 404 that nobody keeps', async () => {
    const answer = await invoke('missing-key')
    expect(answer).toMatchObject({ statusCode: 404, headers: { 'Cache-Control': 'no-store' } })
    expect(JSON.parse(Buffer.from(answer.body, 'base64').toString())).toMatchObject({ code: 'not_found' })
  })
})

it('s events local invoke -f object-created.json: what was made before goes, the compressed version is there', async () => {
  const operations = 'trip/photo.jpg__op__resize,w_320__op__format,f_webp'
  await cloud.upload('trip/photo.jpg', await cameraJpeg(320, 240))
  const invoke = async (event: string) => localInvoke(props.events, file(event), await options(), env)
  expect((await cloud.head(operations)).status).toBe(200)
  expect(await invoke('object-created')).toBe('null')
  expect((await stored()).toSorted()).toEqual(['trip/photo.jpg'])
  expect(await sharp((await cloud.read('trip/photo.jpg')).body).metadata()).toMatchObject({ width: 320, height: 240 })

  // Deleted, then the event: nothing of it is left.
  await owner().delete('trip/photo.jpg')
  expect(await invoke('object-removed')).toBe('null')
  expect(await stored()).toEqual([])
  expect(cloud.counts().invocations).toBe(0)
})

it('s origin local start: the web function itself', async () => {
  await cloud.upload('trip/photo.jpg', photo)
  const given = await options()
  const container = localStart(props.origin, given, env)
  try {
    const ask = (path: string, secret = SECRET) =>
      answering(
        () => fetch(`http://127.0.0.1:${given.port}/${path}`, { headers: { 'x-mirror-secret': secret } }),
        container,
      )
    const answer = await ask('trip/photo.jpg')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect((await ask('trip/photo.jpg', 'a-secret-of-nobody')).status).toBe(403)
  } finally {
    await container.stop()
  }
})

it('the event files survive the command line: no quote ends it, and keys of both spellings say the same', () => {
  const files = readdirSync('test/events')
  expect(files.toSorted()).toEqual(
    ['get-operations', 'get-photo', 'missing-key', 'object-created', 'object-removed'].map((name) => `${name}.json`),
  )
  for (const name of files) {
    const text = readFileSync(`test/events/${name}`, 'utf8')
    expect(text).not.toContain("'")
    const { rawPath, requestContext } = JSON.parse(text) as {
      rawPath?: string
      requestContext?: { http: { path: string } }
    }
    if (rawPath !== undefined) expect(decodeURIComponent(rawPath)).toBe(requestContext?.http.path)
  }
})
