import * as fc from 'fast-check'

import type { Context } from '../src/context.ts'
import type { Compressed } from '../src/image/compress.ts'
import type { Rendered } from '../src/image/render.ts'
import { createLog, type RequestLine } from '../src/log.ts'
import { createOrigin } from '../src/origin.ts'
import { anyKey } from './key/any-key.ts'
import { memoryBuckets } from './support/memory-buckets.ts'
import { SECRET, testConfig } from './support/settings.ts'

const context: Context = { requestId: 'r', credentials: undefined, function: { name: '', memoryMb: 0, region: '' } }
// The first bytes of a JPEG: what is made of it does not matter here.
const picture = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex')
const made = {
  bytes: picture,
  format: 'jpeg',
  contentType: 'image/jpeg',
  width: 1,
  height: 1,
  pages: 1,
  settings: '',
  sourceWidth: 1,
  sourceHeight: 1,
  inspectMs: 0,
  renderMs: 0,
} as const

jest.setTimeout(180_000)

it.each([
  ['anything is allowed', { ALLOW: 'open' }],
  ['a list is allowed, and keys are signed', { SIGNING_KEY: '0123456789abcdef0123456789abcdef', SOURCE_PREFIXES: 'a' }],
])(
  'whatever key is asked for, 10,000 times where %s: never a 5xx, never a read for a refused key',
  async (_, environment) => {
    const buckets = memoryBuckets()
    // Every object is there, and every read is counted.
    buckets.files.get = () => picture
    const lines: RequestLine[] = []
    const origin = createOrigin({
      config: testConfig(environment),
      buckets: () => buckets,
      compress: () => Promise.resolve<Compressed>({ ...made, outcome: 'compressed', metadataCut: false }),
      render: () => Promise.resolve<Rendered>(made),
      log: createLog('info', (text) => lines.push(JSON.parse(text) as RequestLine)),
    })
    await fc.assert(
      fc.asyncProperty(anyKey, fc.boolean(), async (key, raw) => {
        const { opened, heads } = buckets.counts
        const path = raw ? key : Buffer.from(key).toString().split('/').map(encodeURIComponent).join('/')
        const answer = await origin.handle({ method: 'GET', rawPath: `/${path}`, mirrorSecret: SECRET }, context)
        await answer.settled
        answer.finish({ sentBytes: 0, aborted: false })
        expect([200, 400, 403, 404]).toContain(answer.status)
        if (answer.status !== 200) expect(buckets.counts).toMatchObject({ opened, heads })
        expect(lines.pop()?.status).toBe(answer.status)
      }),
      { numRuns: 10_000 },
    )
    expect(buckets.stored.size).toBeGreaterThan(0)
  },
)
