import { type CloudOptions } from '../../scripts/local/cloud.ts'
import { drawPictures } from '../../scripts/demo/draw.ts'
import { startEdge } from '../../scripts/local/edge.ts'
import { startPage } from '../../scripts/local/page/page.ts'
import { testCloud, type TestCloud } from '../e2e/support.ts'

export interface Playground {
  cloud: TestCloud
  /** Of the page, with its slash. */
  url: string
  close(): Promise<void>
}

export const STYLES = { thumb: 'image/resize,m_fill,w_240,h_240/format,webp' }

/** Everything `npm start` runs, in this process, on free ports. */
export async function playground(options: Partial<CloudOptions> = {}): Promise<Playground> {
  const cloud = await testCloud({
    environment: { STYLES: Object.entries(STYLES).join().replace(',', '=') },
    ...options,
  })
  const keySettings = { dialects: ['suffix', 'style'], styles: STYLES }
  const edge = await startEdge({
    port: 0,
    bucketUrl: `${cloud.addresses.oss}/${cloud.addresses.compressed}`,
    settings: keySettings,
  })
  const page = await startPage({
    port: 0,
    addresses: { ...cloud.addresses, edge: edge.url },
    keySettings,
    logs: () => cloud.gateway.logs().map(({ text }) => text),
    coldStart: (id) => cloud.gateway.invocations.findLast(({ requestId }) => requestId === id)?.coldStart ?? false,
    drawSamples: drawPictures,
  })
  return {
    cloud,
    url: page.url,
    async close() {
      await page.close()
      await edge.close()
      await cloud.close()
    },
  }
}
