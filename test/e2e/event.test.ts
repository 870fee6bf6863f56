import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { functionNode } from '../../scripts/local/cloud.ts'
import { startGateway } from '../../scripts/local/fc/gateway.ts'
import { originPolicy } from '../../scripts/deployment/policies.ts'
import { cameraJpeg, photograph } from '../support/pictures.ts'
import { BUILT, testCloud, type TestCloud } from './support.ts'

let cloud: TestCloud
let photo: Buffer
beforeAll(async () => {
  cloud = await testCloud()
  photo = await cameraJpeg(640, 480)
  await cloud.upload('trip/a b.jpg', photo)
})
afterAll(() => cloud.close())

const eventFor = (rawPath: string, mirrorSecret = cloud.addresses.mirrorSecret) =>
  Buffer.from(
    JSON.stringify({
      version: 'v1',
      rawPath,
      body: '',
      isBase64Encoded: false,
      headers: { 'X-Mirror-Secret': mirrorSecret },
      queryParameters: {},
      requestContext: { http: { method: 'GET', path: decodeURIComponent(rawPath), protocol: 'HTTP/1.1' } },
    }),
  )

interface EventAnswer {
  statusCode: number
  headers: Record<string, string>
  isBase64Encoded: boolean
  body: string
}

it('the web entry, POST /invoke and handler(event, context) give the same picture', async () => {
  const web = await cloud.ask('/trip/a%20b.jpg')
  expect(web.status).toBe(200)

  const invoked = await cloud.gateway.invoke(eventFor('/trip/a%20b.jpg'))
  const throughInvoke = JSON.parse(invoked.body.toString()) as EventAnswer
  expect(throughInvoke).toMatchObject({
    statusCode: 200,
    isBase64Encoded: true,
    headers: { 'Content-Type': 'image/jpeg' },
  })
  expect(Buffer.from(throughInvoke.body, 'base64').equals(web.body)).toBe(true)

  const builtIn = await startGateway({
    port: 0,
    region: cloud.addresses.region,
    instances: 1,
    nodePath: functionNode().path,
    credentials: () =>
      cloud.oss.issueCredentials({
        role: 'builtin',
        policy: originPolicy({ originals: 'originals', compressed: 'compressed' }),
        ttlSeconds: 3600,
      }),
    function: {
      name: 'builtin',
      runtime: 'nodejs20',
      codeDir: BUILT,
      command: [],
      handler: 'index.handler',
      memoryMb: 1024,
      timeoutSeconds: 9,
      instanceConcurrency: 1,
      methods: ['GET', 'HEAD'],
      environment: {
        OSS_REGION: cloud.addresses.region,
        OSS_ORIGINAL_BUCKET_NAME: cloud.addresses.originals,
        OSS_COMPRESS_BUCKET_NAME: cloud.addresses.compressed,
        OSS_ENDPOINT: cloud.addresses.oss,
        MIRROR_SECRET: cloud.addresses.mirrorSecret,
      },
    },
  })
  try {
    const handled = JSON.parse((await builtIn.invoke(eventFor('/trip/a%20b.jpg'))).body.toString()) as EventAnswer
    expect(Buffer.from(handled.body, 'base64').equals(web.body)).toBe(true)
    const overHttp = await fetch(`${builtIn.url}/trip/a%20b.jpg`, {
      headers: { 'x-mirror-secret': cloud.addresses.mirrorSecret },
    })
    expect(Buffer.from(await overHttp.arrayBuffer()).equals(web.body)).toBe(true)
  } finally {
    await builtIn.close()
  }
})

it('an event without the secret is refused, one that is no HTTP event is a 400', async () => {
  const refused = JSON.parse(
    (await cloud.gateway.invoke(eventFor('/trip/a%20b.jpg', 'wrong'))).body.toString(),
  ) as EventAnswer
  expect(refused.statusCode).toBe(403)
  for (const event of ['', 'nonsense', '[]', 'null', '{"events":[]}', '{"version":"v1"}']) {
    const answer = JSON.parse((await cloud.gateway.invoke(Buffer.from(event))).body.toString()) as EventAnswer
    expect([event, answer.statusCode]).toEqual([event, 400])
  }
})

it('an event beyond the limit is refused, and the connection it came on still works', async () => {
  // Right in all but its length.
  const huge = await cloud.gateway.invoke(Buffer.concat([eventFor('/trip/a%20b.jpg'), Buffer.alloc(2_000_000, ' ')]))
  expect((JSON.parse(huge.body.toString()) as EventAnswer).statusCode).toBe(400)
  expect(huge.errorType).toBeDefined()
  expect((await cloud.ask('/trip/a%20b.jpg')).headers.get('content-type')).toBe('image/jpeg')
})

it('a picture too large for the event way: 413, and stored, so that the next reader gets it from the bucket', async () => {
  const large = await photograph(2200, 1600)
  await cloud.upload('large.png', large)
  const answer = JSON.parse((await cloud.gateway.invoke(eventFor('/large.png'))).body.toString()) as EventAnswer
  expect([answer.statusCode, JSON.parse(Buffer.from(answer.body, 'base64').toString()).code]).toEqual([
    413,
    'answer_too_large',
  ])
  expect((await cloud.head('large.png')).status).toBe(200)
})

it('POST /invoke from a caller is a POST like any other', async () => {
  const child = spawn(functionNode().path, [join(BUILT, 'web.js')], {
    env: {
      OSS_REGION: 'cn-hangzhou',
      OSS_ORIGINAL_BUCKET_NAME: 'originals',
      OSS_COMPRESS_BUCKET_NAME: 'compressed',
      OSS_ENDPOINT: cloud.addresses.oss,
      MIRROR_SECRET: cloud.addresses.mirrorSecret,
      FC_CUSTOM_LISTEN_PORT: '0',
      OSS_IMAGE_ORIGIN_LISTEN_HOST: '127.0.0.1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const port = await new Promise<string>((done) => {
      child.stdout.on('data', (data: Buffer) => {
        const found = /listening on 127\.0\.0\.1:(\d+)/.exec(data.toString())?.[1]
        if (found !== undefined) done(found)
      })
    })
    const headers = { 'x-fc-control-path': '/invoke', 'x-mirror-secret': cloud.addresses.mirrorSecret }
    const forged = await fetch(`http://127.0.0.1:${port}/invoke`, {
      method: 'POST',
      headers,
      body: eventFor('/trip/a%20b.jpg'),
    })
    expect(forged.status).toBe(405)
    // Nor are keys taken from headers where no platform has put them.
    const keys = {
      'x-fc-access-key-id': cloud.addresses.accessKeyId,
      'x-fc-access-key-secret': cloud.addresses.accessKeySecret,
    }
    const withKeys = await fetch(`http://127.0.0.1:${port}/trip/a%20b.jpg`, { headers: { ...headers, ...keys } })
    expect([withKeys.status, ((await withKeys.json()) as { code: string }).code]).toEqual([502, 'no_credentials'])
  } finally {
    child.kill()
  }
})
