// Index and error pages of static hosting, which anonymous readers get. Mirror and redirect rules are the mirror's.
// Source: https://help.aliyun.com/en/oss/developer-reference/putbucketwebsite

import { parseWebsite } from '../website/parse.ts'
import type { WebsiteConfiguration } from '../website/types.ts'
import type { BucketCall, ObjectCall } from './call.ts'

function configuration(call: BucketCall): WebsiteConfiguration | undefined {
  const xml = call.bucket.settings.documents['website']
  return xml === undefined || call.identity.key ? undefined : parseWebsite(xml)
}

/** The key of the index page an anonymous `GET /` or `GET dir/` gets; undefined where hosting is off. */
export function indexKey(call: BucketCall, key: string): string | undefined {
  if (key !== '' && !key.endsWith('/')) return undefined
  const index = call.method === 'GET' ? configuration(call)?.indexDocument : undefined
  return index && (index.supportSubDir ? key : '') + index.suffix
}

/** What a missing object is answered with, after rules and before the error page. */
export function subDirectory(call: ObjectCall): { show: string } | { redirect: string } | undefined {
  const index = configuration(call)?.indexDocument
  if (!index?.supportSubDir || index.type === 1) return undefined
  const page = `${call.key}/${index.suffix}`
  if (!call.bucket.files.find(page)) return undefined
  const root = call.address.style === 'path' ? `/${call.bucket.name}/` : '/'
  return index.type === 2 ? { show: page } : { redirect: `${root}${encodeURI(call.key)}/` }
}

/** The error page's key and the status it is sent with. */
export function errorPage(call: BucketCall): { key: string; status: number } | undefined {
  const page = configuration(call)?.errorDocument
  return page && call.bucket.files.find(page.key) ? { key: page.key, status: page.httpStatus } : undefined
}
