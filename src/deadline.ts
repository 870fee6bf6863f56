import { AppError } from './errors.ts'

/**
 * Waits for work no longer than until `deadline` (ms since the epoch); the work itself is not stopped.
 * @throws AppError out_of_time
 */
export async function beforeDeadline<T>(work: Promise<T>, deadline: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const fail = () =>
      reject(new AppError('out_of_time', 'Expected the picture to be ready in time, it was not. Try again.'))
    timer = setTimeout(fail, Math.max(0, deadline - Date.now()))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
