import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

import type { Answer } from '../answer.ts'

/**
 * However slow the reader: longer than any mirror waits, and well within the function's time limit (s.yaml), at which the
 * platform would end the whole instance and answer everybody in it with a page of its own, possibly with 200.
 */
export const MOST_ANSWER_MS = 45_000

/**
 * Writes an answer out. The last byte waits until the put is settled and the log line is written, because the instance
 * may be frozen right after it. A body that fails half-way destroys the connection: ended cleanly it would be stored as
 * a whole picture.
 */
export async function send(answer: Answer, response: ServerResponse, headOnly: boolean): Promise<void> {
  const { status, headers, body, settled } = answer
  let sentBytes = 0
  const limit = setTimeout(() => response.destroy(), MOST_ANSWER_MS)
  const gone = new Promise<void>((resolve) => {
    response.once('close', resolve)
  })
  const write = async (chunk: Buffer) => {
    if (response.destroyed) return
    sentBytes += chunk.length
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), gone])
  }
  /** @param last goes out with the end. */
  const end = async (last: Buffer | undefined) => {
    await settled
    const aborted = response.destroyed
    answer.finish({ sentBytes: sentBytes + (aborted ? 0 : (last?.length ?? 0)), aborted })
    response.end(last)
  }
  try {
    response.writeHead(status, headers)
    if (body === undefined || headOnly) return await end(undefined)
    if (Buffer.isBuffer(body)) {
      const last = Math.max(0, body.length - 1)
      if (last > 0) await write(body.subarray(0, last))
      return await end(body.subarray(last))
    }
    let held: Buffer | undefined
    for await (const chunk of body) {
      if (response.destroyed) break
      if (held !== undefined) await write(held)
      held = chunk
    }
    await end(held)
  } catch (error) {
    response.destroy()
    answer.finish({ sentBytes, aborted: true, error })
  } finally {
    clearTimeout(limit)
  }
}
