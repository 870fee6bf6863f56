// The pictures of the page in the README, of pictures this project draws. Needs the local cloud, fresh, and Chromium:
// node --import tsx scripts/local/page/shoot.ts http://127.0.0.1:8789/
import { mkdirSync } from 'node:fs'

import { chromium, type Page } from 'playwright-core'
import sharp from 'sharp'

import { EXIT, fail, readArgs } from '../../args.ts'

const { values, positionals } = readArgs(
  { browser: { type: 'string', default: '/usr/bin/chromium' }, out: { type: 'string', default: 'docs/img' } },
  `
node --import tsx scripts/local/page/shoot.ts PAGE [--browser /usr/bin/chromium] [--out docs/img]

Draws, uploads and reads a few pictures on the page at PAGE (npm start prints its address) and takes two of its own.
`,
)
const url = positionals[0] ?? fail(EXIT.usage, 'Expected the address of the page, got none.')
mkdirSync(values.out, { recursive: true })
const browser = await chromium.launch({ executablePath: values.browser, args: ['--no-sandbox'] })

async function shoot(name: string, theme: 'light' | 'dark', height: number, prepare: (page: Page) => Promise<void>) {
  const context = await browser.newContext({
    colorScheme: theme,
    locale: 'en-GB',
    reducedMotion: 'reduce',
    viewport: { width: 1280, height },
    deviceScaleFactor: 1.25,
  })
  const page = await context.newPage()
  await page.goto(url)
  await prepare(page)
  await page.mouse.move(0, 0)
  await page.locator('#main').evaluate((main) => main.ownerDocument.defaultView?.scrollTo(0, 0))
  const picture = await page.screenshot()
  // A palette is enough for a page: a third of the bytes.
  await sharp(picture).png({ palette: true, colours: 256, effort: 10, dither: 1 }).toFile(`${values.out}/${name}.png`)
  await context.close()
}

await shoot('playground-photos', 'light', 1120, async (page) => {
  await page.getByRole('button', { name: 'Try it with drawn pictures' }).click()
  await page.locator('.card[data-step=done]').nth(6).waitFor({ timeout: 120_000 })
  await page.locator('.card[data-key="drawn/landscape.jpg"]').getByRole('button', { name: 'Read again' }).click()
  await page.locator('.flow[data-hit=true]').waitFor()
  await page.locator('.totals canvas').waitFor()
  await page.waitForLoadState('networkidle')
})
await shoot('playground-build', 'dark', 1130, async (page) => {
  await page.goto(`${url}#build/${encodeURIComponent('drawn/landscape.jpg')}`)
  await page.locator('[data-add=watermark]').click()
  await page.locator('li[data-action=watermark] select[name=image]').selectOption('drawn/transparent badge.png')
  await page.locator('.preview[data-previewed*=watermark] img').waitFor({ timeout: 60_000 })
  await page.waitForLoadState('networkidle')
})
await browser.close()
