// What was made, looked at from behind: lists, looks at and removes objects of the compressed bucket. Nothing here reads
// one: a GET of a missing key would call the mirror, and the mirror the function. HEAD does not
// (https://www.alibabacloud.com/help/en/oss/user-guide/mirroring-based-back-to-origin).
import { timeoutFor, withRetry } from './bucket.ts'
import type { Clients } from './clients.ts'
import type { Credentials } from '../context.ts'
import { OssFault, toOssFault } from './fault.ts'

/** An object as a listing has it. */
export interface ListedObject {
  key: string
  bytes: number
  /** Without quotes. */
  etag: string
  /** Milliseconds since the epoch, in whole seconds. */
  lastModified: number
}

/** An object as HEAD has it. */
export interface StoredObject extends ListedObject {
  contentType: string
  /** User metadata by lower-case name without `x-oss-meta-`. Empty where OSS was the one who stored. */
  meta: Readonly<Record<string, string>>
}

export interface DerivativesBucket {
  /**
   * All objects whose key begins with `prefix`, in byte order, page by page as they are asked for.
   * @param after only what comes behind this key. @throws OssFault
   */
  list(prefix: string, deadline: number, after?: string): AsyncIterable<ListedObject>
  /** @returns undefined where there is no such object. @throws OssFault */
  head(key: string, deadline: number): Promise<StoredObject | undefined>
  /** Removes objects; keys that are not there are no fault. @throws OssFault */
  remove(keys: readonly string[], deadline: number): Promise<void>
}

/** Most keys in one page of a listing, and in one request to delete (documented). */
const MOST_KEYS = 1000

export function openDerivatives(clients: Clients, credentials: Credentials, bucket: string): DerivativesBucket {
  const page = (query: Record<string, string>, deadline: number) =>
    withRetry(clients, deadline, async () => {
      const client = await clients.get(credentials, bucket)
      try {
        // A copy: the client takes the token out of it, and a second try needs it again.
        return await client.listV2({ ...query }, { timeout: timeoutFor(deadline) })
      } catch (error) {
        throw toOssFault(error, 'list')
      }
    })
  return {
    async *list(prefix, deadline, after) {
      // Encoded, because XML cannot carry the control characters a name may have.
      const query: Record<string, string> = { prefix, 'max-keys': String(MOST_KEYS), 'encoding-type': 'url' }
      if (after !== undefined) query['start-after'] = after
      for (;;) {
        const { objects = [], isTruncated, nextContinuationToken } = await page(query, deadline)
        for (const { name, size, etag, lastModified } of objects) {
          yield {
            // A plus is what some write for a space; a real one arrives as %2B.
            key: decodeURIComponent(name.replaceAll('+', ' ')),
            bytes: size,
            etag: withoutQuotes(etag),
            lastModified: Date.parse(lastModified),
          }
        }
        if (!isTruncated || nextContinuationToken === null) return
        query['continuation-token'] = nextContinuationToken
      }
    },
    head: (key, deadline) =>
      withRetry(clients, deadline, async () => {
        const client = await clients.get(credentials, bucket)
        try {
          const { meta, res } = await client.head(key, { timeout: timeoutFor(deadline) })
          const { headers } = res
          return {
            key,
            bytes: Number(headers['content-length'] ?? Number.NaN),
            etag: withoutQuotes(headers['etag'] ?? ''),
            lastModified: Date.parse(headers['last-modified'] ?? ''),
            contentType: headers['content-type'] ?? '',
            meta: meta ?? {},
          }
        } catch (error) {
          const fault = toOssFault(error, 'head')
          if (fault.kind === 'missing') return undefined
          throw fault
        }
      }),
    async remove(keys, deadline) {
      for (let at = 0; at < keys.length; at += MOST_KEYS) {
        const some = keys.slice(at, at + MOST_KEYS)
        await withRetry(clients, deadline, async () => {
          const client = await clients.get(credentials, bucket)
          try {
            const { deleted } = await client.deleteMulti(some, { timeout: timeoutFor(deadline) })
            if (deleted.length === some.length) return
            throw new OssFault('server', `delete: Expected ${some.length} objects to go, got ${deleted.length}`)
          } catch (error) {
            throw toOssFault(error, 'delete')
          }
        })
      }
    },
  }
}

function withoutQuotes(etag: string): string {
  return etag.replace(/^"|"$/g, '')
}
