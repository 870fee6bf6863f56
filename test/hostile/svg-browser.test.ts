// Every hostile SVG, uploaded, read through the mirror, and opened in a real browser from the compressed bucket's own address.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Browser, Page } from 'playwright-core'

import { testCloud, type TestCloud } from '../e2e/support.ts'
import { attacks } from '../image/svg/attacks.ts'
import { describeInBrowser, launch } from '../page/browser.ts'

describeInBrowser('hostile SVGs in a browser', () => {
  let cloud: TestCloud
  let browser: Browser
  let canary: Server
  let called: string[]
  let files: Record<string, Buffer>

  beforeAll(async () => {
    called = []
    canary = createServer((request, response) => {
      const name = (request.url ?? '/').slice(1)
      called.push(name)
      // The same files as they came, for comparison.
      const raw = files[name.replace(/^raw\//, '')]
      response.setHeader('Access-Control-Allow-Origin', '*')
      response.setHeader('Content-Type', raw === undefined ? 'text/plain' : 'image/svg+xml')
      response.end(raw)
    })
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
    files = attacks(`http://127.0.0.1:${(canary.address() as AddressInfo).port}`)
    cloud = await testCloud()
    browser = await launch()
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await cloud?.close()
    canary.close()
  })

  /** Opens an address as a reader would follow a link, moves and clicks in it, and lists what it did besides being opened. */
  async function opened(url: string): Promise<{ did: string[]; download: boolean }> {
    const context = await browser.newContext({ acceptDownloads: false, viewport: { width: 200, height: 200 } })
    const page = await context.newPage()
    const did: string[] = []
    let download = false
    try {
      page.on('dialog', (dialog) => {
        did.push('dialog')
        void dialog.dismiss()
      })
      page.on('request', (request) => {
        if (request.url() !== url && !request.url().endsWith('/favicon.ico')) did.push(`request ${request.url()}`)
      })
      page.on('download', () => (download = true))
      const response = await page.goto(url, { waitUntil: 'load' }).catch((error: unknown) => {
        // What is offered as a download is no navigation.
        if (!/Download is starting|ERR_ABORTED/.test(String(error))) throw error
        download = true
      })
      if (response) {
        await touch(page)
        if ((await page.title().catch(() => 'gone')) === 'ran') did.push('script ran')
        if (page.url() !== url) did.push(`went to ${page.url()}`)
      }
    } finally {
      await context.close()
    }
    return { did, download }
  }

  async function touch(page: Page): Promise<void> {
    await page.mouse.move(20, 20)
    await page.mouse.click(50, 50)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    // By the time this is answered, what all of it set off has begun.
    await page.evaluate('document.documentElement.getBoundingClientRect().width').catch(() => undefined)
  }

  it('run nothing, load nothing, lead nowhere: each is a picture or a download', async () => {
    const seen: Record<string, number> = { picture: 0, download: 0 }
    called.length = 0
    for (const [name, bytes] of Object.entries(files)) {
      const key = `${name}.svg`
      await cloud.upload(key, bytes)
      const first = await cloud.read(key)
      expect([name, first.status]).toEqual([name, 200])
      const { addresses } = cloud
      const { did, download } = await opened(`${addresses.oss}/${addresses.compressed}/${key}`)
      expect([name, did]).toEqual([name, []])
      const asPicture = first.headers.get('content-type') === 'image/svg+xml'
      expect([name, download]).toEqual([name, !asPicture])
      seen[asPicture ? 'picture' : 'download']!++
    }
    expect(called).toEqual([])
    expect(seen['picture']).toBeGreaterThan(45)
    expect(seen['download']).toBeGreaterThan(5)
  }, 240_000)

  it.each([
    'script',
    'script-other-prefix',
    'onload',
    'link-javascript',
    'foreign-html',
    'use-outside',
    'style-import',
  ])(
    '%s served as it came does act: the test above can see it',
    async (name) => {
      const { did } = await opened(`http://127.0.0.1:${(canary.address() as AddressInfo).port}/raw/${name}`)
      expect(did).not.toEqual([])
    },
    60_000,
  )
})
