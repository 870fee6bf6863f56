import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'

import { en, type Words } from '../../scripts/local/page/app/words/en.ts'
import { zh } from '../../scripts/local/page/app/words/zh.ts'
import { cameraJpeg, meanDifference, photograph } from '../support/pictures.ts'
import { seriousFindings } from './axe.ts'
import { describeInBrowser, launch, visit } from './browser.ts'
import { type Playground, playground } from './support.ts'

interface Screen {
  words: Words
  /** Names of the photo that the story is about, and of the one that is its mark. */
  one: string
  badge: string
}

const EVIL = '<img src=x onerror=alert(1)>.jpg'

describeInBrowser('the playground in a browser', () => {
  let ground: Playground
  let browser: Browser
  let photo: Buffer
  beforeAll(async () => {
    ;[ground, browser, photo] = await Promise.all([
      playground({ events: { instances: 3 } }),
      launch(),
      cameraJpeg(900, 600, 1),
    ])
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await ground?.close()
  })

  const card = (page: Page, key: string) => page.locator('.card').filter({ has: page.locator(`h2[title="${key}"]`) })

  async function upload(page: Page, files: { name: string; buffer: Buffer }[]): Promise<void> {
    await page
      .locator('[data-pick=files]')
      .setInputFiles(
        files.map((file) => ({ ...file, mimeType: `image/${file.name.endsWith('png') ? 'png' : 'jpeg'}` })),
      )
    for (const { name } of files)
      await page.locator(`.card[data-key=${JSON.stringify(name)}][data-step=done]`).waitFor()
  }

  const SCREENS = [
    { where: 'in English', words: en, one: 'one.jpg', badge: 'badge.png', look: {} },
    {
      where: 'in Chinese, on a phone',
      words: zh,
      one: '一.jpg',
      badge: '徽章.png',
      look: { locale: 'zh-CN', width: 390, height: 844 },
    },
  ]

  it.each(SCREENS)(
    'three photos, $where: uploaded, read, compared, built from, copied, fetched, replaced',
    async (screen) => {
      const { words, one, badge, look } = screen
      const { page, context, complaints } = await visit(browser, ground.url, look)
      expect(await page.locator('html').getAttribute('lang')).toBe(words === zh ? 'zh-CN' : 'en')
      await upload(page, [
        { name: one, buffer: photo },
        { name: `two ${one}`, buffer: await cameraJpeg(600, 400, 2, 6) },
        {
          name: badge,
          buffer: await sharp(await photograph(240, 240, 3))
            .png()
            .toBuffer(),
        },
      ])

      // The savings are those of the bytes that a reader gets.
      const stored = (await ground.cloud.read(one)).body
      const saved = Math.round((1 - stored.length / photo.length) * 100)
      const told = await card(page, one).locator('.numbers em').innerText()
      expect(told.replace(/\s/g, '')).toBe(words.saved.replace('{percent}', `${saved}%`).replace(/\s/g, ''))
      const facts = await card(page, one).locator('.facts').innerText()
      expect(facts).toMatch(/JPEG[^]*900 × 600/)
      expect(facts).toMatch(new RegExp(`${words.madeNow}|${words.fromBucket}`))
      expect(facts).toMatch(/[\d.]+ m?s/)
      expect(facts).toContain(words.storedBy.replace('{who}', words.byFunction))
      await page.locator('.totals [data-total=saved]').waitFor()
      await page.locator('.totals canvas').waitFor()

      // A second read stops at the bucket.
      const calls = ground.cloud.gateway.counters.reached
      await card(page, one).getByRole('button', { name: words.readAgain }).click()
      await page.locator('.flow[data-hit=true] .node.end').waitFor()
      expect(await page.locator('.flow .node.idle').count()).toBe(2)
      const [before = '', after = ''] = words.sumHit.split('{time}')
      const sum = await page.locator('.flow-sum').innerText()
      expect([sum.startsWith(before), sum.endsWith(after)]).toEqual([true, true])
      expect(ground.cloud.gateway.counters.reached).toBe(calls)

      await compare(page, screen)
      const key = await build(page, screen)
      expect(key).toBe(await page.evaluate<string>('navigator.clipboard.readText()'))
      const made = await ground.cloud.read(key)
      expect([made.status, made.headers.get('content-type')]).toEqual([200, 'image/webp'])
      expect(await sharp(made.body).metadata()).toMatchObject({ width: 400, height: 267, format: 'webp' })
      // The mark lies in the lower right corner and nowhere else.
      const bare = (await ground.cloud.read(`${one}__op__resize,w_400__op__format,f_webp`)).body
      const part = (bytes: Buffer, left: number, top: number) =>
        sharp(bytes).extract({ left, top, width: 60, height: 60 }).png().toBuffer()
      expect(await meanDifference(await part(made.body, 320, 190), await part(bare, 320, 190))).toBeGreaterThan(5)
      expect(await meanDifference(await part(made.body, 10, 10), await part(bare, 10, 10))).toBeLessThan(2)

      // Replaced: what was made from the old one goes, and the card shows the new one.
      const other = await cameraJpeg(500, 500, 9)
      await page.goto(`${ground.url}#buckets`)
      await page
        .locator(`[data-replace="${one}"]`)
        .setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: other })
      await page.locator('.changes li[data-left="0"]').waitFor()
      await page.goto(`${ground.url}#photos`)
      await card(page, one).locator('.facts').filter({ hasText: '500 × 500' }).waitFor()
      const fresh = (await ground.cloud.read(one)).body
      expect(await sharp(fresh).metadata()).toMatchObject({ width: 500, height: 500 })
      expect(await meanDifference(fresh, other)).toBeLessThan(8)

      // Deleted: nothing of it stays.
      await page.goto(`${ground.url}#buckets`)
      const row = page.locator(`[data-bucket=originals] .object[data-key="${one}"]`)
      await row.getByRole('button', { name: words.delete }).click()
      await row.getByRole('button', { name: words.yesDelete }).click()
      await row.waitFor({ state: 'detached' })
      await page.locator(`[data-bucket=compressed] .object[data-key^="${one}"]`).first().waitFor({ state: 'detached' })
      expect((await ground.cloud.read(one)).status).toBe(404)
      expect(complaints).toEqual([])
      await context.close()
    },
    120_000,
  )

  async function compare(page: Page, { words, one }: Screen): Promise<void> {
    await card(page, one).getByRole('button', { name: words.compare, exact: true }).click()
    const slider = page.getByRole('slider')
    await slider.waitFor()
    const value = async () => Number(await slider.getAttribute('aria-valuenow'))
    expect(await value()).toBe(50)
    const box = (await slider.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    await page.mouse.click(box.x + box.width * 0.25, box.y + box.height / 2)
    await page.locator('[role=slider][aria-valuenow="25"]').waitFor()
    await page.keyboard.press('End')
    expect(await value()).toBe(100)
    await page.keyboard.press('ArrowLeft', { delay: 60 })
    await page.locator('[role=slider]:not([aria-valuenow="100"])').waitFor()

    // Both pictures lie at the same place and size, at every zoom.
    const frames = () =>
      page.locator('.layer img').evaluateAll((images) => images.map((image) => image.getAttribute('style')))
    for (const [name, width] of [
      ['1:1', '900'],
      ['4:1', '3600'],
    ] as const) {
      await page.getByRole('button', { name, exact: true }).click()
      await page.locator(`.stage[data-width="${width}"]`).waitFor()
      const [before, after] = await frames()
      expect(before).toBe(after)
    }
    const left = await page.locator('.stage').getAttribute('data-left')
    await slider.focus()
    await page.keyboard.press('Shift+ArrowRight')
    await page.locator(`.stage:not([data-left="${left}"])`).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
  }

  /** @returns the key it was told */
  async function build(page: Page, { words, one, badge }: Screen): Promise<string> {
    await card(page, one).getByRole('link', { name: words.buildFrom }).click()
    const width = page.locator('li[data-action=resize] input[name=w]')
    await width.fill('99999')
    await page
      .locator('[data-refused=bad_operation]')
      .filter({ hasText: 'Expected resize w to be an integer from 1 to 16384, got "99999"' })
      .waitFor()
    await width.fill('400')
    await page.locator('[data-add=watermark]').click()
    await page
      .locator('[data-refused=bad_operation]')
      .filter({ hasText: 'Expected watermark to have text or image' })
      .waitFor()
    await page.locator('li[data-action=watermark] select[name=image]').selectOption(badge)
    await page.locator('.preview[data-previewed*=watermark] img').waitFor()
    expect(await page.locator('.preview .facts').innerText()).toMatch(
      new RegExp(`WEBP[^]*400 × 267[^]*${words.madeNow}`),
    )
    const suffix = page.locator('[data-dialect=suffix]')
    await suffix.getByRole('button').click()
    await suffix.getByText(words.copied).waitFor()
    const key = await suffix.locator('code').innerText()
    // Every spelling through the edge leads to the same picture.
    const query = await page.locator('[data-dialect=oss] code').innerText()
    expect(query).toMatch(/\.jpg\?x-oss-process=image\/resize,w_400\/watermark,.*\/format,f_webp$/)
    await page.locator('.explain input').fill(query)
    await page.locator('.explained code').filter({ hasText: key }).first().waitFor()
    return key
  }

  it('faults: what a reader gets, and that nothing wrong is stored', async () => {
    await ground.cloud.upload('faulty.jpg', photo)
    const { page, context, complaints } = await visit(browser, `${ground.url}#faults/faulty.jpg`)
    const first = page.getByRole('button', { name: 'Read as if for the first time' })
    const seen: [string, string | null, string | null][] = []
    for (const name of ['denied-original', 'short-original', 'failing-put', 'function-down', 'wrong-secret']) {
      const fault = page.locator(`[data-fault=${name}]`)
      await fault.click()
      await page.getByText('1 on').waitFor()
      const before = await page.locator('.try').count()
      await first.click()
      await page.locator('.try').nth(before).waitFor()
      const newest = page.locator('.try').first()
      seen.push([name, await newest.getAttribute('data-status'), await newest.getAttribute('data-stored')])
      await fault.click()
      await page.getByText('0 on').waitFor()
    }
    expect(seen).toEqual([
      ['denied-original', '424', 'false'],
      ['short-original', '424', 'false'],
      ['failing-put', '200', 'false'],
      ['function-down', '424', 'false'],
      ['wrong-secret', '424', 'false'],
    ])
    await page.locator('.browsers button').click()
    await page.locator('td[data-gets]').nth(3).waitFor()
    const gets = await page
      .locator('td[data-gets]')
      .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-gets')))
    expect(gets).toEqual(['image/avif', 'image/webp', 'image/jpeg', 'image/jpeg'])
    expect(complaints).toEqual([])
    await context.close()
  }, 90_000)

  it('in Chinese, on a phone: nothing is wider than the screen; the other language is one step away', async () => {
    const { page, context, complaints } = await visit(browser, ground.url, { locale: 'zh-CN', width: 390, height: 844 })
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    await upload(page, [{ name: '手机.jpg', buffer: photo }])
    expect(await card(page, '手机.jpg').locator('.numbers em').innerText()).toMatch(/^减小 \d+%$/)
    await card(page, '手机.jpg').getByRole('button', { name: '对比', exact: true }).click()
    await page.getByRole('slider').press('Home')
    await page.locator('[role=slider][aria-valuenow="0"]').waitFor()
    await page.getByRole('button', { name: '关闭' }).click()
    const widest = () => page.evaluate<number>('document.documentElement.scrollWidth')
    for (const name of ['生成', '存储桶', '故障', '图片']) {
      await page.getByRole('navigation').getByRole('link', { name }).click()
      await page.getByRole('navigation').locator('[aria-current=page]').filter({ hasText: name }).waitFor()
      expect([name, (await widest()) <= 390]).toEqual([name, true])
    }
    await page.getByRole('navigation').getByRole('link', { name: '生成' }).click()
    await page.locator('li[data-action=resize] input[name=w]').fill('0')
    await page.locator('[data-refused]').filter({ hasText: '无法识别的图片操作' }).waitFor()
    await page.locator('li[data-action=resize] input[name=w]').fill('320')
    await page.locator('.preview[data-previewed*="w_320"] img').waitFor()
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'A version of a photo' }).waitFor()
    expect(complaints).toEqual([])
    await context.close()
  }, 90_000)

  it('names are text, wherever they show', async () => {
    const { page, context, complaints } = await visit(browser, ground.url)
    await upload(page, [{ name: EVIL, buffer: photo }])
    const safe = 'body img:not([src^="blob:"]):not([src^="/api/"])'
    for (const view of [
      'photos',
      `build/${encodeURIComponent(EVIL)}`,
      'buckets',
      `faults/${encodeURIComponent(EVIL)}`,
    ]) {
      await page.goto(`${ground.url}#${view}`)
      await page
        .getByText(EVIL)
        .or(page.locator('option', { hasText: EVIL }))
        .first()
        .waitFor({ state: 'attached' })
      expect([view, await page.locator(safe).count()]).toEqual([view, 0])
    }
    await page.goto(`${ground.url}#build/${encodeURIComponent(EVIL)}`)
    await page
      .locator('[data-snippet=img] code')
      .filter({ hasText: '%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E' })
      .waitFor()
    await page.locator('.explain input').fill(`${EVIL}__op__blur,<b>`)
    await page.locator('.explain .notice').filter({ hasText: '<b>' }).waitFor()
    expect(await page.locator('.explain b').count()).toBe(0)
    expect(complaints).toEqual([])
    await context.close()
  }, 60_000)

  it('axe finds nothing serious, in both themes, in every view', async () => {
    await ground.cloud.upload('seen.jpg', photo)
    const findings: string[] = []
    for (const theme of ['light', 'dark'] as const) {
      const { page, context } = await visit(browser, ground.url, { theme })
      const look = async (view: string) => {
        for (const finding of await seriousFindings(page, theme === 'light' ? 'everything' : 'colours')) {
          findings.push(`${theme} ${view}: ${finding}`)
        }
      }
      for (const view of ['photos', 'build/seen.jpg', 'buckets', 'faults/seen.jpg']) {
        await page.goto(`${ground.url}#${view}`)
        await page.locator('.card, .preview[data-previewed] img, .object, .switch').first().waitFor()
        await look(view)
      }
      await page.goto(`${ground.url}#photos`)
      await card(page, 'seen.jpg')
        .getByRole('button', { name: 'Read', exact: true })
        .or(card(page, 'seen.jpg').getByRole('button', { name: 'Read again' }))
        .click()
      await page.locator('.flow .exchange summary').click()
      await look('photos, read')
      await card(page, 'seen.jpg').getByRole('button', { name: 'Compare', exact: true }).click()
      await page.getByRole('slider').waitFor()
      await look('compare')
      await context.close()
    }
    expect(findings).toEqual([])
  }, 90_000)

  it('waits for nothing but its two files before it shows', async () => {
    const { page, context } = await visit(browser, ground.url)
    // The server answers nothing else: a page that waited for the buckets would show nothing.
    await page.route('**/api/**', () => undefined)
    await page.reload()
    await page.getByRole('heading', { name: 'Drop photos or folders here' }).waitFor()
    expect(await page.locator('head link[rel=stylesheet], head script').count()).toBe(2)
    await context.close()
  }, 60_000)

  it('takes folders and what is dropped; says what is not let out; remembers the theme; knows when it is outdated', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-folder-'))
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'sub', 'deep.jpg'), photo)
    const { page, context, complaints } = await visit(browser, ground.url)
    await page.locator('[data-pick=folder]').setInputFiles(folder)
    await page.locator(`.card[data-key="${basename(folder)}/sub/deep.jpg"][data-step=done]`).waitFor()
    rmSync(folder, { recursive: true })

    const dropped = await page.evaluateHandle(
      `(() => { const data = new DataTransfer(); data.items.add(new File(['no picture'], 'dropped.txt')); return data })()`,
    )
    await page.locator('.drop').dispatchEvent('drop', { dataTransfer: dropped })
    await page.locator('.card[data-key="dropped.txt"] .error').filter({ hasText: '404 not_passed_through' }).waitFor()

    const theme = page.getByRole('button', { name: /^Theme/ })
    await theme.click()
    await theme.click()
    await page.reload()
    await page.locator('html[data-theme=dark]').waitFor()
    await page.locator('.drop').waitFor()

    await page.route('**/api/list**', (route) =>
      route.fulfill({ status: 401, body: 'Expected the token of this page.' }),
    )
    await page.goto(`${ground.url}#buckets`)
    await page.getByRole('alert').filter({ hasText: 'This page belongs to an earlier start' }).waitFor()
    expect(complaints).toEqual([])
    await context.close()
  }, 60_000)
})
