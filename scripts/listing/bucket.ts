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
  let at = xml.indexOf('<Contents>')
  while (at >= 0) {
    const end = xml.indexOf('</Contents>', at)
    if (end < 0) throw new Error('Expected </Contents>, got the end of the listing.')
    const one = xml.slice(at, end)
    objects.push({
      key: decodeListed(textOf(one, 'Key')),
      bytes: Number(textOf(one, 'Size')),
      modifiedMs: Date.parse(textOf(one, 'LastModified')),
      etag: textOf(one, 'ETag').replace(/^(?:"|&quot;)|(?:"|&quot;)$/g, ''),
    })
    at = xml.indexOf('<Contents>', end)
  }
  return { objects, more: more === 'true' }
}

/** `+` for a space is what form encoding writes; a real plus arrives as %2B. */
export function decodeListed(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

function textOf(xml: string, name: string): string {
  const start = xml.indexOf(`<${name}>`)
  const end = xml.indexOf(`</${name}>`, start)
  return start < 0 || end < 0 ? '' : xml.slice(start + name.length + 2, end)
}
