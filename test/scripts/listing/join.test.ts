import * as fc from 'fast-check'

import { parsePage } from '../../../scripts/listing/bucket.ts'
import { derivationReader } from '../../../scripts/listing/derivation.ts'
import { joinBuckets, type JoinEvent, type JoinPosition } from '../../../scripts/listing/join.ts'
import type { Listed, Lister } from '../../../scripts/listing/listed.ts'
import { compareKeys } from '../../../scripts/listing/order.ts'

const SETTINGS = { dialects: ['suffix', 'style'], styles: { t: 'image/resize,w_8' }, allow: 'open' } as const
const derivationOf = derivationReader(SETTINGS)

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

function lister(keys: readonly string[], pageKeys: number): Lister {
  const sorted: Listed[] = [...new Set(keys)].sort(byBytes).map((key) => ({ key, bytes: 1, modifiedMs: 0, etag: '' }))
  return {
    async *pages({ prefix, after }) {
      const left = sorted.filter(({ key }) => key.startsWith(prefix) && (after === '' || byBytes(key, after) > 0))
      for (let at = 0; at < left.length; at += pageKeys) yield left.slice(at, at + pageKeys)
    },
  }
}

async function join(
  originals: string[],
  compressed: string[],
  from?: JoinPosition,
  pageKeys = 3,
): Promise<JoinEvent[]> {
  const events: JoinEvent[] = []
  const pages = joinBuckets({
    originals: lister(originals, pageKeys),
    compressed: lister(compressed, pageKeys + 1),
    derivationOf,
    wanted: ({ key }) => [key, `${key}!t`],
    ...(from === undefined ? {} : { from }),
  })
  for await (const page of pages) events.push(...page.events)
  return events
}

const said = ({ what }: JoinEvent) =>
  what.type === 'original'
    ? `${what.original.key} made ${what.made} lacks ${what.unmade.join('|')}`
    : `${what.object.key} from ${what.original?.key ?? 'nothing'}`

// Short names of few characters: prefixes of each other, characters that sort before and behind the marks, both kinds of
// characters whose order differs between bytes and JavaScript.
const name = fc
  .array(fc.constantFrom('a', 'b', '!', ' ', '/', '_', '\uE000', '\u{1F600}', 'a!t'), { minLength: 1, maxLength: 4 })
  .map((parts) => `x${parts.join('')}`)
const suffix = fc.constantFrom('', '!t', '@!t', '__op__', '__op__resize,w_9', '__op__resize,w_9__op__rotate,90')

test('finds what a look-up of every single key finds, whatever sorts in between', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(name, { maxLength: 12 }),
      fc.array(
        fc.tuple(name, suffix).map((parts) => parts.join('')),
        { maxLength: 16 },
      ),
      async (originals, compressed) => {
        const sources = new Set(originals)
        const stored = new Set(compressed)
        const sourceOf = (key: string) => {
          const from = derivationOf(key)
          return from === 'unreadable' ? key : from.sourceKey
        }
        const expected = [
          ...[...stored].map((key) => `${key} from ${sources.has(sourceOf(key)) ? sourceOf(key) : 'nothing'}`),
          ...[...sources].map((key) => {
            const made = [...stored].filter((each) => sourceOf(each) === key)
            const unmade = [key, `${key}!t`].filter((each) => !made.includes(each))
            return `${key} made ${made.length} lacks ${unmade.join('|')}`
          }),
        ]
        expect((await join(originals, compressed)).map(said).sort()).toEqual(expected.sort())
      },
    ),
    { numRuns: 300, seed: 7 },
  )
})

test('goes on from any of its positions as if it had not stopped', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(name, { maxLength: 10 }),
      fc.array(
        fc.tuple(name, suffix).map((parts) => parts.join('')),
        { maxLength: 12 },
      ),
      async (originals, compressed) => {
        const events = await join(originals, compressed)
        for (const [at, { position }] of events.entries()) {
          if (position === undefined) continue
          const kept = JSON.parse(JSON.stringify(position)) as JoinPosition
          expect((await join(originals, compressed, kept)).map(said)).toEqual(events.slice(at + 1).map(said))
        }
      },
    ),
    { numRuns: 60, seed: 7 },
  )
})

test('keys are compared as OSS sorts them: by their bytes in UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 6 }), (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(byBytes(a, b)))
    }),
    { numRuns: 2000, seed: 7 },
  )
})

test('a page of a listing is read as OSS writes it; what is none is an error', () => {
  const one = (key: string, etag: string) =>
    `<Contents><Key>${key}</Key><LastModified>2025-01-01T00:00:01.000Z</LastModified><ETag>${etag}</ETag><Size>7</Size></Contents>`
  const page = (inner: string) => `<ListBucketResult><IsTruncated>true</IsTruncated>${inner}</ListBucketResult>`
  expect(parsePage(page(one('a%20b%2Bc+%E5%B1%B1%01', '"E1"') + one('b', '&quot;E2&quot;')))).toEqual({
    more: true,
    objects: [
      { key: 'a b+c 山\u0001', bytes: 7, modifiedMs: Date.parse('2025-01-01T00:00:01Z'), etag: 'E1' },
      { key: 'b', bytes: 7, modifiedMs: Date.parse('2025-01-01T00:00:01Z'), etag: 'E2' },
    ],
  })
  expect(() => parsePage('<Error><Code>AccessDenied</Code></Error>')).toThrow('Expected a listing')
})
