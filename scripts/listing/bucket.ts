// A bucket's objects page by page. Memory holds two pages, whatever the bucket holds.
import type OSS from 'ali-oss'

import { retried } from '../running/retried.ts'
import type { Listed, Lister } from './listed.ts'

interface RawClient {
  _objectRequestParams(method: string, name: string, options: object): Record<string, unknown>
  request(params: Record<string, unknown>): Promise<{ data: Buffer }>
}

/** The most that one request may ask for. https://help.aliyun.com/en/oss/developer-reference/listobjectsv2 */
const PAGE_KEYS = 1000

/** @param client bound to the bucket. */
export function bucketLister(client: OSS): Lister {
  return {
    async *pages({ prefix, after }) {
      let page = listPage(client, prefix, after)
      for (;;) {
        const { objects, more } = await page
        const last = objects.at(-1)
        if (last === undefined) return
        // The next page is on its way while this one is worked on.
        if (more) {
          page = listPage(client, prefix, last.key)
          page.catch(() => undefined)
        }
        yield objects
        if (!more) return
      }
    },
  }
}

interface Page {
  objects: Listed[]
  more: boolean
}

/**
 * ListObjectsV2 with keys percent-encoded: XML cannot carry every character a key may have, and ali-oss asks for them as they
 * are. `start-after` instead of a token, so that any key is a place to go on from.
 */
function listPage(client: OSS, prefix: string, after: string): Promise<Page> {
  const raw = client as unknown as RawClient
  return retried(async () => {
    const params = raw._objectRequestParams('GET', '', { timeout: 30_000 })
    const { data } = await raw.request({
      ...params,
      query: {
        'list-type': '2',
        'encoding-type': 'url',
        'max-keys': String(PAGE_KEYS),
        ...(prefix === '' ? {} : { prefix }),
        ...(after === '' ? {} : { 'start-after': after }),
      },
      successStatuses: [200],
    })
    return parsePage(data.toString('utf8'))
  })
}

/**
 * With encoded keys nothing in a page needs an XML parser, and none is used: a general one takes longer for a page (65 ms for
 * 1,000 keys) than OSS does, this 2 ms.
 * @throws Error for what is not a listing.
 */
export function parsePage(xml: string): Page {
  const more = textOf(xml, 'IsTruncated')
  if (more !== 'true' && more !== 'false') throw new Error(`Expected a listing, got «${xml.slice(0, 200)}».`)
  const objects: Listed[] = []
  for (let at = xml.indexOf('<Contents>'); at >= 0; at = xml.indexOf('<Contents>', at + 1)) {
    objects.push({
      key: decodeListed(textOf(xml, 'Key', at)),
      bytes: Number(textOf(xml, 'Size', at)),
      modifiedMs: Date.parse(textOf(xml, 'LastModified', at)),
      etag: textOf(xml, 'ETag', at).replace(/^(?:"|&quot;)|(?:"|&quot;)$/g, ''),
    })
  }
  return { objects, more: more === 'true' }
}

/** `+` for a space is what form encoding writes; a real plus arrives as %2B. */
export function decodeListed(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

/** The text of the first such element from `from` on; '' where the object that begins there has none. */
function textOf(xml: string, name: keyof typeof TAGS, from = 0): string {
  const [open, close] = TAGS[name]
  const start = xml.indexOf(open, from)
  const end = xml.indexOf(close, start)
  const until = from === 0 ? xml.length : xml.indexOf('</Contents>', from)
  return start < 0 || end < 0 || end > until ? '' : xml.slice(start + open.length, end)
}

const tags = (name: string) => [`<${name}>`, `</${name}>`] as const
const TAGS = {
  IsTruncated: tags('IsTruncated'),
  Key: tags('Key'),
  Size: tags('Size'),
  LastModified: tags('LastModified'),
  ETag: tags('ETag'),
}
