import { setTimeout as sleep } from 'node:timers/promises'

import { type FakeObject, type FakeOss, fakeOss } from './fake-oss.ts'

export const SOURCE_BYTES = 1000
export const MADE_BYTES = 400

export interface SlowOrigin {
  oss: FakeOss
  /** How often each key was asked for at the origin. */
  makes: Map<string, number>
  keys: string[]
  /** Resolves when that many keys have been asked for. */
  reached(count: number): Promise<void>
  /** As long as it is set, the mirror answers with it. */
  fault: { status: number | undefined }
}

const byBytes = (a: FakeObject, b: FakeObject) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))

/**
 * An origin behind a mirror that goes on working for readers who have left: what was asked for once is made and stored.
 * @param slowMs how long every fortieth takes.
 */
export async function slowOrigin(count: number, slowMs: number): Promise<SlowOrigin> {
  const originals: FakeObject[] = Array.from({ length: count }, (_, at) => ({
    // Names that are prefixes of each other, that sort between an original and its styles, and that need encoding.
    key: `${['plain', 'plain.jpg', 'a b', '山/水 +#%', 'z'][at % 5]}${String(Math.floor(at / 5)).padStart(4, '0')}.jpg`,
    bytes: SOURCE_BYTES,
    modified: '2025-01-01T00:00:00.000Z',
  })).sort(byBytes)
  const stored = new Map<string, FakeObject>()
  const makes = new Map<string, number>()
  const fault: SlowOrigin['fault'] = { status: undefined }
  let waiting: { count: number; reached: () => void } | undefined
  const pageOf = (objects: FakeObject[], after: string, most: number) => {
    const start = objects.findIndex(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
    return start < 0 ? [] : objects.slice(start, start + most)
  }
  const oss = await fakeOss({
    originals: { page: (after, most) => pageOf(originals, after, most) },
    compressed: {
      page: (after, most) => pageOf([...stored.values()].sort(byBytes), after, most),
      read(method, key, _request, response) {
        const found = stored.get(key)
        if (method === 'HEAD' || found !== undefined) {
          response.writeHead(found === undefined ? 404 : 200).end(found === undefined ? '' : Buffer.alloc(MADE_BYTES))
          return
        }
        if (fault.status !== undefined) {
          response.writeHead(fault.status).end('<Error><Code>MirrorFailed</Code><Message>no</Message></Error>')
          return
        }
        makes.set(key, (makes.get(key) ?? 0) + 1)
        if (waiting !== undefined && makes.size >= waiting.count) waiting.reached()
        // Some pictures take long: whoever starts again at once meets them still being made.
        void sleep(makes.size % 40 === 0 ? slowMs : 20 + (makes.size % 7) * 10).then(() => {
          stored.set(key, { key, bytes: MADE_BYTES, modified: new Date().toISOString() })
          response.writeHead(200, { 'content-length': MADE_BYTES }).end(Buffer.alloc(MADE_BYTES))
        })
      },
    },
  })
  return {
    oss,
    makes,
    keys: originals.map(({ key }) => key),
    fault,
    reached: (wanted) =>
      new Promise<void>((reached) => {
        waiting = { count: wanted, reached }
        if (makes.size >= wanted) reached()
      }),
  }
}
