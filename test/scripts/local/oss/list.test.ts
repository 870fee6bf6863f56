import { client, code, send, signedPath, start } from './support.ts'
import type { Client, Started } from './support.ts'

let started: Started
let oss: Client
const KEYS = ['!', 'A', 'a', 'a/', 'a/1', 'a/2', 'a/b/1', 'a/b/2', 'a0', 'b&<"\'>', 'c/1', 'd e+%', 'z-￰', 'z-😀', 'é']

beforeAll(async () => {
  started = await start()
  oss = client(started.oss)
  await oss.putBucket('bucket')
  for (const key of [...KEYS].reverse()) await oss.put(key, Buffer.from(key))
})
afterAll(() => started.stop())

const byBytes = (keys: string[]): string[] => [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

async function walkV2(query: Record<string, string>): Promise<{ keys: string[]; prefixes: string[]; pages: number }> {
  const keys: string[] = []
  const prefixes: string[] = []
  let pages = 0
  for (let token: string | undefined; ;) {
    const page = await oss.listV2({ ...query, ...(token === undefined ? {} : { 'continuation-token': token }) })
    pages += 1
    keys.push(...(page.objects ?? []).map(({ name }) => name))
    prefixes.push(...(page.prefixes ?? []))
    expect(Number(page.keyCount)).toBe((page.objects ?? []).length + (page.prefixes ?? []).length)
    if (!page.isTruncated) return { keys, prefixes, pages }
    token = page.nextContinuationToken ?? undefined
    expect(token).toBeDefined()
  }
}

async function walkV1(query: Record<string, string>): Promise<{ keys: string[]; prefixes: string[] }> {
  const keys: string[] = []
  const prefixes: string[] = []
  for (let marker = ''; ;) {
    const page = await oss.list({ ...query, marker })
    keys.push(...(page.objects ?? []).map(({ name }) => name))
    prefixes.push(...(page.prefixes ?? []))
    if (!page.isTruncated) return { keys, prefixes }
    marker = page.nextMarker ?? ''
  }
}

describe('listing', () => {
  it.each(['1', '2', '3', '7', '100'])('goes through all keys in byte order, %s at a time', async (max) => {
    expect((await walkV2({ 'max-keys': max })).keys).toEqual(byBytes(KEYS))
    expect((await walkV1({ 'max-keys': max })).keys).toEqual(byBytes(KEYS))
  })

  it.each(['1', '2', '100'])('folds keys into common prefixes, %s at a time', async (max) => {
    const wanted = { keys: byBytes(KEYS.filter((key) => !key.includes('/'))), prefixes: ['a/', 'c/'] }
    expect(await walkV2({ 'max-keys': max, delimiter: '/' })).toMatchObject(wanted)
    expect(await walkV1({ 'max-keys': max, delimiter: '/' })).toMatchObject(wanted)
    const inside = { keys: ['a/', 'a/1', 'a/2'], prefixes: ['a/b/'] }
    expect(await walkV2({ 'max-keys': max, delimiter: '/', prefix: 'a/' })).toMatchObject(inside)
    expect(await walkV1({ 'max-keys': max, delimiter: '/', prefix: 'a/' })).toMatchObject(inside)
  })

  it('starts after a key, which need not exist', async () => {
    expect((await walkV2({ 'start-after': 'a/1', prefix: 'a/' })).keys).toEqual(['a/2', 'a/b/1', 'a/b/2'])
    expect((await walkV2({ 'start-after': 'a/11', prefix: 'a/' })).keys).toEqual(['a/2', 'a/b/1', 'a/b/2'])
    expect((await walkV2({ 'start-after': 'a', prefix: 'c' })).keys).toEqual(['c/1'])
    expect((await walkV2({ 'start-after': 'd', prefix: 'c' })).keys).toEqual([])
  })

  it('names the owner always in version 1, on request in version 2', async () => {
    const first = await oss.list({ 'max-keys': '1' })
    expect(first.objects?.[0]?.owner.id).toBe('1000000000000001')
    expect((await oss.listV2({ 'max-keys': '1' })).objects?.[0]?.owner ?? null).toBeNull()
    expect((await oss.listV2({ 'max-keys': '1', 'fetch-owner': 'true' })).objects?.[0]?.owner).toMatchObject({
      id: '1000000000000001',
    })
  })

  it('encodes keys on request', async () => {
    const answer = await send(started.oss.port, signedPath('/bucket?prefix=b&encoding-type=url'))
    expect(answer.body).toContain('<EncodingType>url</EncodingType>')
    expect(answer.body).toContain('<Key>b%26%3C%22%27%3E</Key>')
    const plain = await send(started.oss.port, signedPath('/bucket?prefix=b'))
    expect(plain.body).toContain('<Key>b&amp;&lt;&quot;&apos;&gt;</Key>')
  })

  it.each(['max-keys=0', 'max-keys=1001', 'max-keys=x', 'encoding-type=base64', 'list-type=2&continuation-token=%21'])(
    'refuses %s',
    async (query) => {
      const answer = await send(started.oss.port, signedPath(`/bucket?${query}`))
      expect([answer.status, code(answer)]).toEqual([400, 'InvalidArgument'])
    },
  )
})

describe('deleting many', () => {
  it('answers every key asked for, or nothing when quiet', async () => {
    const keys = ['x&1', "x'2", 'x<3', ' x 4 ', 'x\n5', 'missing']
    for (const key of keys.slice(0, -1)) await oss.put(key, Buffer.from('x'))
    expect((await oss.deleteMulti(keys.slice(0, 3))).deleted.map(({ Key }) => Key)).toEqual(keys.slice(0, 3))
    expect((await oss.deleteMulti(keys.slice(3), { quiet: true })).deleted).toEqual([])
    expect((await walkV2({})).keys).toEqual(byBytes(KEYS))
  })

  it.each([
    ['no MD5', '<Delete><Object><Key>a</Key></Object></Delete>', {}, 'InvalidArgument'],
    ['another MD5', '<Delete/>', { 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' }, 'InvalidDigest'],
  ])('refuses %s', async (_name, body, headers, wanted) => {
    const path = signedPath('/bucket?delete', 'POST', headers)
    const answer = await send(started.oss.port, path, {
      method: 'POST',
      body,
      headers: headers,
    })
    expect(code(answer)).toBe(wanted)
    expect((await walkV2({})).keys).toEqual(byBytes(KEYS))
  })

  it('refuses more than a thousand keys, and a document type', async () => {
    const many = `<Delete>${'<Object><Key>none</Key></Object>'.repeat(1001)}</Delete>`
    const doctype = '<!DOCTYPE d [<!ENTITY e "a">]><Delete><Object><Key>&e;</Key></Object></Delete>'
    for (const body of [many, doctype, '<Delete>', 'no xml']) {
      const { createHash } = await import('node:crypto')
      const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
      const answer = await send(started.oss.port, signedPath('/bucket?delete', 'POST', headers), {
        method: 'POST',
        body,
        headers,
      })
      expect([answer.status, code(answer)]).toEqual([400, 'MalformedXML'])
    }
  })
})
