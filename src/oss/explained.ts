import type { OssClient } from './clients.ts'
import { type OssFault, toOssFault } from './fault.ts'

/** Buckets asked about just now: a hundred who miss something at once cost one question. Why one is denied is its own affair. */
const asking = new Map<string, Promise<OssFault | undefined>>()

/**
 * Refusals of streamed reads and of HEAD come without the body that says why: ali-oss makes NoSuchKey of every 404, a missing
 * bucket's too, and UnknownError of every 403. A mistake in the settings must not look like a missing picture, nor an expired
 * token like a role that lacks a right. So the same is asked once more, as a read of one byte. Every time: a bucket that was
 * there a moment ago may be gone.
 */
export async function explained(
  fault: OssFault,
  client: OssClient,
  { bucket, key }: { bucket: string; key: string },
  timeout: Parameters<OssClient['get']>[1]['timeout'],
): Promise<OssFault> {
  if (fault.kind === 'missing') {
    const told = await (asking.get(bucket) ?? shared())
    return told?.kind === 'misconfigured' ? told : fault
  }
  if (fault.kind !== 'denied' || fault.code !== 'UnknownError') return fault
  const told = await ask()
  return told?.kind === 'denied' ? told : fault

  function shared(): Promise<OssFault | undefined> {
    const answer = ask().finally(() => asking.delete(bucket))
    asking.set(bucket, answer)
    return answer
  }

  function ask(): Promise<OssFault | undefined> {
    return client.get(key, { headers: { Range: 'bytes=0-0' }, timeout }).then(
      () => undefined,
      (error: unknown) => toOssFault(error, 'read original'),
    )
  }
}
