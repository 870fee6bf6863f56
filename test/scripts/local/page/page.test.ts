import { request, type IncomingMessage } from 'node:http'
import { startPage } from '../../../../scripts/local/page/page.ts'
import { chooseLanguage, escapeHtml, objectUrl } from '../../../../scripts/local/page/render.ts'

type Listing = { key: string; size: number; lastModified: string }[]

const pages: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(pages.splice(0).map(async (page) => page.close()))
})

async function start(originals: Listing | Error, compressed: Listing = []): Promise<string> {
  const page = await startPage({
    port: 0,
    oss: {
      url: 'http://localhost:9999',
      originals: 'photos',
      compressed: 'photos-small',
      list: async (bucket) => {
        const listing = bucket === 'photos' ? originals : compressed
        if (listing instanceof Error) throw listing
        return listing
      },
    },
  })
  pages.push(page)
  return page.url
}

async function get(url: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<{ answer: IncomingMessage; text: string }>((resolve, reject) => {
    request(url, { agent: false, ...options }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve({ answer, text: Buffer.concat(chunks).toString() }))
    })
      .on('error', reject)
      .end()
  })
}

const at = '2026-11-21T07:00:00.000Z'

describe('the page', () => {
  it('lists both buckets with bytes, and links every key to the compressed bucket', async () => {
    const { text } = await get(
      await start(
        [{ key: 'trip/a b.jpg', size: 4000, lastModified: at }],
        [{ key: 'trip/a b.jpg', size: 1000, lastModified: at }],
      ),
    )
    expect(text.match(/href="http:\/\/localhost:9999\/photos-small\/trip\/a%20b\.jpg"/g)).toHaveLength(2)
    expect(text).toContain('<td class="n">4000</td>')
    expect(text).toContain('<td class="n">1000</td><td class="n">25 %</td>')
    expect(text).toContain('2026-11-21 07:00:00')
  })

  it('shows what is there now each time it is asked', async () => {
    const listing: Listing = []
    const url = await start(listing)
    expect((await get(url)).text).toContain('No objects yet.')
    listing.push({ key: 'new.jpg', size: 1, lastModified: at })
    expect((await get(url)).text).toContain('new.jpg')
  })

  it.each([
    `<img src=x onerror=alert(1)>`,
    `"><script>alert(1)</script>`,
    `' onmouseover='x`,
    `javascript:alert(1)`,
    `&lt;b&gt;`,
  ])('shows the key %s as text', async (key) => {
    const { text } = await get(await start([{ key, size: 1, lastModified: at }]))
    expect(text).toContain(`>${escapeHtml(key)}</a>`)
    expect(text).not.toMatch(/<(img|script)/)
    // Every attribute that begins stays inside its quotes.
    expect(text.match(/<a [^>]*>/g)).toEqual([
      expect.stringMatching(
        /^<a href="http:\/\/localhost:9999\/photos-small\/[^"<>' ]*" title="[^"]*" rel="noreferrer">$/,
      ),
    ])
  })

  it('gives no link to a key that an address cannot carry', async () => {
    for (const key of ['../secret', 'a/./b', 'half \ud83d']) {
      const { text } = await get(await start([{ key, size: 1, lastModified: at }]))
      expect(text).toContain(`<td>${Buffer.from(key).toString()}</td>`)
    }
  })

  it('loads nothing and runs nothing', async () => {
    const { answer, text } = await get(await start([]))
    const policy = String(answer.headers['content-security-policy'])
    const nonce = /style-src 'nonce-([\w-]+)'/.exec(policy)?.[1]
    expect(policy).toContain(`default-src 'none'`)
    expect(text).toContain(`<style nonce="${nonce}">`)
    expect(text).not.toMatch(/<script|src=|@import|url\(/)
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    expect((await get(await start([]))).text).not.toContain(String(nonce))
  })

  it('is Chinese or English, as asked for or as the browser prefers', async () => {
    const url = await start([])
    expect((await get(`${url}?lang=zh`)).text).toContain('<html lang="zh-CN">')
    expect((await get(`${url}?lang=zh`)).text).toContain('刷新')
    expect((await get(url, { headers: { 'Accept-Language': 'zh-CN,zh;q=0.9,en;q=0.8' } })).text).toContain('原图')
    expect((await get(`${url}?lang=%22%3E%3Cb%3E`)).text).toContain('<html lang="en">')
    expect(chooseLanguage(null, 'fr, zh;q=0.2, en;q=0.7')).toBe('en')
    expect(chooseLanguage(null, undefined)).toBe('en')
  })

  it('says that a bucket could not be listed, and not why', async () => {
    const { answer, text } = await get(await start(new Error('/home/somebody/secret')))
    expect(answer.statusCode).toBe(200)
    expect(text).toContain('The bucket could not be listed.')
    expect(text).not.toContain('secret')
  })

  it('counts what it does not show', async () => {
    const many = Array.from({ length: 1003 }, (_, n) => ({ key: `k${n}`, size: 1, lastModified: at }))
    expect((await get(await start(many))).text).toContain('3 more not shown.')
  })

  it('answers nothing else, and nobody who uses another name for this machine', async () => {
    const url = await start([])
    expect((await get(url, { method: 'POST' })).answer.statusCode).toBe(405)
    expect((await get(`${url}favicon.ico`)).answer.statusCode).toBe(404)
    expect((await get(url, { headers: { Host: 'rebound.example' } })).answer.statusCode).toBe(421)
    expect((await get(url, { method: 'HEAD' })).text).toBe('')
  })
})

it('encodes a key segment by segment', () => {
  expect(objectUrl('http://localhost:1', 'b', 'a/ü %2F+#?.jpg')).toBe(
    'http://localhost:1/b/a/%C3%BC%20%252F%2B%23%3F.jpg',
  )
})
