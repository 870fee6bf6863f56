import { COLUMNS, CNAME_DOMAIN } from '../../scripts/conformance/columns.ts'
import type { Column } from '../../scripts/conformance/columns.ts'
import { startProxy } from '../../scripts/conformance/proxy.ts'
import type { Proxy } from '../../scripts/conformance/proxy.ts'
import { start } from '../scripts/local/oss/support.ts'
import type { Started } from '../scripts/local/oss/support.ts'
import { ask } from './ask.ts'
import type { Asked } from './ask.ts'

const KEY = { id: 'testak', secret: 'testsk' }
const LOGIN = { user: 'u', password: 'p' }
const BUCKET = 'pictures'
// Two bytes, of which Node makes two characters.
const ON_THE_WIRE = Buffer.from('é').toString('latin1')
const ANEW = COLUMNS.filter(({ direct }) => !direct)

let started: Started
const proxies = new Map<Column, Proxy>()
const hosts: Record<string, string> = {}
beforeAll(async () => {
  started = await start({ hosts })
  const { port } = started.oss
  const onBucket = (bucket: string): void => void (hosts[`${bucket}.${CNAME_DOMAIN}`] = bucket)
  for (const column of COLUMNS)
    proxies.set(column, await startProxy({ column, port, key: KEY, login: LOGIN, onBucket }))
  expect((await ask(port, { method: 'PUT', path: `/${BUCKET}/`, key: KEY })).status).toBe(200)
})
afterAll(async () => {
  for (const proxy of proxies.values()) await proxy.close()
  await started.stop()
})

const through = (column: Column, asked: Asked) => ask(Number(new URL(proxies.get(column)?.url ?? '').port), asked)
const last = () => started.oss.requests.entries().at(-1)

describe.each(ANEW.map((column): [string, Column] => [column.name, column]))('%s', (_name, column) => {
  it('signs and addresses anew', async () => {
    const path = `/${BUCKET}/%E4%B8%AD+a%2Bb/c.txt`
    const put = {
      method: 'PUT',
      body: 'bytes',
      headers: { 'content-type': 'text/x', 'x-oss-meta-a': ON_THE_WIRE },
    }
    // A plus sign is a space to the client that signs, so it signs a space.
    const asked = { ...put, path: path.replace('+', '%20'), key: KEY }
    expect((await through(column, asked)).status).toBe(200)
    expect(last()).toMatchObject({ signed: `${column.version}-header`, bucket: BUCKET, key: '中 a+b/c.txt' })
    const got = await through(column, { path: asked.path, key: KEY })
    expect(got).toMatchObject({ status: 200, body: 'bytes' })
    expect(got.headers).toMatchObject({ 'content-type': 'text/x', 'x-oss-meta-a': ON_THE_WIRE })
    const { host, path: sent } = last() ?? {}
    const { port } = started.oss
    const wanted = {
      path: [`localhost:${port}`, `/${BUCKET}/%E4%B8%AD%20a%2Bb/c.txt`],
      host: [`${BUCKET}.localhost:${port}`, '/%E4%B8%AD%20a%2Bb/c.txt'],
      'ip-host': [`${BUCKET}.oss-cn-hangzhou.aliyuncs.com`, '/%E4%B8%AD%20a%2Bb/c.txt'],
      cname: [`${BUCKET}.${CNAME_DOMAIN}`, '/%E4%B8%AD%20a%2Bb/c.txt'],
    }[column.style]
    expect([host, sent]).toEqual(wanted)
    const listed = await through(column, { path: `/${BUCKET}/?prefix=%E4%B8%AD&max-keys=1`, key: KEY })
    expect(listed.body).toContain('<Key>中 a+b/c.txt</Key>')
    expect((await through(column, { path: '/', key: KEY })).body).toContain(`<Name>${BUCKET}</Name>`)
  })

  it('leaves it to the server to refuse', async () => {
    const code = async (asked: Asked) => /<Code>(\w+)</.exec((await through(column, asked)).body)?.[1]
    const path = `/${BUCKET}/none`
    expect(await code({ path, key: { id: 'testak', secret: 'other' } })).toBe('SignatureDoesNotMatch')
    expect(await code({ path, key: { id: 'other', secret: 'testsk' } })).toBe('InvalidAccessKeyId')
    expect(await code({ path })).toBe('AccessDenied')
    const token = { 'x-oss-security-token': 'invalid' }
    expect(await code({ path, key: KEY, headers: token })).toBe('InvalidSecurityToken')
    expect(await code({ path, key: KEY })).toBe('NoSuchKey')
  })
})

it('is a proxy to those who say who they are', async () => {
  const [direct] = COLUMNS
  if (!direct) throw new Error('Expected a first column.')
  const asked = { path: `http://127.0.0.1:${started.oss.port}/${BUCKET}/`, key: KEY }
  expect((await through(direct, asked)).status).toBe(407)
  const headers = { 'proxy-authorization': `Basic ${Buffer.from('u:p').toString('base64')}` }
  expect((await through(direct, { ...asked, headers })).body).toContain('<ListBucketResult>')
  expect(last()).toMatchObject({ signed: 'v1-header' })
})
