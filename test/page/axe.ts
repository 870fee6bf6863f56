import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Page } from 'playwright-core'

interface Violation {
  id: string
  impact: string
  where: string
}

const AXE = join(process.cwd(), 'node_modules/axe-core/axe.min.js')

/** What axe finds serious or critical on the page as it is; `colours`: only whether text can be read on what is behind it. */
export async function seriousFindings(page: Page, what: 'everything' | 'colours'): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  // Into a world of its own: the page itself lets no other script in.
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id })
  const run = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      contextId: executionContextId,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text)
    return result.value
  }
  try {
    await run(readFileSync(AXE, 'utf8'))
    const options = { resultTypes: ['violations'], ...(what === 'colours' ? { runOnly: ['color-contrast'] } : {}) }
    const violations = (await run(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
      violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map(({ target }) => target.join(' ')).slice(0, 3).join(', ') })))`)) as Violation[]
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, where }) => `${id} at ${where}`)
  } finally {
    await session.detach()
  }
}
