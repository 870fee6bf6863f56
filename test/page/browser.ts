import { existsSync } from 'node:fs'

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromium } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A browser of this machine; CHROMIUM names another. */
export const BROWSER = [process.env['CHROMIUM'], ...PLACES].find((path) => path !== undefined && existsSync(path))

/**
 * `describe` where there is a browser. Elsewhere its tests are skipped and say why, except in CI, where they fail: what is
 * claimed has to have been seen.
 */
export function describeInBrowser(name: string, tests: () => void): void {
  if (BROWSER !== undefined) return describe(name, tests)
  const why = `needs Debian's chromium (apt-get install chromium), or CHROMIUM set to a browser's path`
  if (process.env['CI'] !== undefined) {
    return describe(name, () => {
      it(why, () => {
        throw new Error(`Expected a browser at ${PLACES.join(' or ')}, found none: ${why}`)
      })
    })
  }
  // Jest names skipped tests only when it is asked to.
  process.stderr.write(`note: ${name}: skipped, ${why}\n`)
  return describe.skip(`${name} (${why})`, tests)
}

export function launch(): Promise<Browser> {
  // As root, as in containers, Chromium has no sandbox of its own; it opens nothing but our page.
  return chromium.launch({
    ...(BROWSER === undefined ? {} : { executablePath: BROWSER }),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    timeout: 60_000,
  })
}

export interface Visit {
  page: Page
  context: BrowserContext
  /** What the page complained of, and every request that left for elsewhere. */
  complaints: string[]
}

interface Setting {
  locale?: string
  width?: number
  height?: number
  theme?: 'light' | 'dark'
}

/** A visit to the page as somebody new, with everything that goes wrong on it written down. */
export async function visit(
  browser: Browser,
  url: string,
  { locale = 'en-GB', width = 1280, height = 900, theme = 'light' }: Setting = {},
): Promise<Visit> {
  const context = await browser.newContext({
    locale,
    colorScheme: theme,
    reducedMotion: 'reduce',
    viewport: { width, height },
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  page.setDefaultTimeout(45_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    // A refused request is written to the console by the browser itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const address = request.url()
    if (!address.startsWith(new URL(url).origin) && !/^(blob|data):/.test(address))
      complaints.push(`a request to ${address}`)
  })
  await page.goto(url)
  return { page, context, complaints }
}
