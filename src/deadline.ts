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

/** Who comes sooner than this after the process began has waited for it to begin: a server listens after about 0.2 s. */
const NEWBORN_MS = 1000

/** What the platform does before it starts a process (finding room, fetching the code); nothing in here can see it. */
const PLATFORM_START_MS = 800

/**
 * Time that a request has lost before it got here: the mirror's 10 s include the cold start it waited for. Never more than a
 * quarter of what there is.
 * @param bornAt when this process began; like `now` in ms since the epoch.
 */
export function coldStartMs(now: number, bornAt: number, deadlineMs: number): number {
  const age = now - bornAt
  return age >= 0 && age < NEWBORN_MS ? Math.min(age + PLATFORM_START_MS, deadlineMs / 4) : 0
}
