import type { OssClient } from './clients.ts'
import { type OssFault, toOssFault } from './fault.ts'

/** Questions under way: a hundred who miss something at once cost one. */
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
  const unclear = fault.kind === 'missing' || (fault.kind === 'denied' && fault.code === 'UnknownError')
  if (!unclear) return fault
  const question = `${fault.kind} ${bucket}`
  const told = await (asking.get(question) ?? ask())
  return told?.kind === 'misconfigured' || (told?.kind === 'denied' && fault.kind === 'denied') ? told : fault

  function ask(): Promise<OssFault | undefined> {
    const answer = client.get(key, { headers: { Range: 'bytes=0-0' }, timeout }).then(
      () => undefined,
      (error: unknown) => toOssFault(error, 'read original'),
    )
    asking.set(question, answer)
    return answer.finally(() => asking.delete(question))
  }
}
