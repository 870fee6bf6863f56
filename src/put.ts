import { beforeDeadline } from './deadline.ts'
import { AppError } from './errors.ts'
import { describeCause } from './log.ts'
import type { Product } from './product.ts'

/** What became of a put, as the log line says it. */
export interface PutOutcome {
  put: 'stored' | 'copied' | 'exists' | 'failed' | 'given_up' | 'off'
  putError?: string
  ms?: number
}

/**
 * Runs the put to its end or to the deadline. Never rejects: a put that fails is logged, and the reader's answer is
 * whole all the same.
 */
export async function settlePut(product: Product, deadline: number): Promise<PutOutcome> {
  const started = Date.now()
  try {
    const put = await beforeDeadline(product.store(deadline), deadline)
    return { put, ms: Date.now() - started }
  } catch (error) {
    const put = error instanceof AppError && error.code === 'out_of_time' ? 'given_up' : 'failed'
    return { put, putError: describeCause(error), ms: Date.now() - started }
  }
}
