// Who goes next, and who need not wait at all. Pure: the pool tells what there is, and does what is said.

/** A job that waits or runs. Times in ms since the epoch. */
export interface Planned {
  arrivedAt: number
  deadline: number
  /** As estimated, corrected by how fast this machine turned out to be: with most effort and with least. */
  mostMs: number
  leastMs: number
  needBytes: number
  /** Of its source, held while it waits. */
  sourceBytes: number
}

export interface Running extends Planned {
  startedAt: number
  /** With the effort it was given. */
  costMs: number
}

export interface Room {
  workers: number
  /** What all jobs together may take. */
  memoryBytes: number
  /** Of it, taken by what no job has (holdings.ts). */
  heldBytes?: number
}

/**
 * A job that takes this long even with the least effort leaves one worker to the others, where there is more than one:
 * otherwise two of them would hold up everything else for seconds.
 */
export const GIANT_MS = 1500

/** A job may be overtaken by shorter ones that come up to this many times its own least time later. It cannot wait for ever. */
const PATIENCE = 4

/** More wait than this has never ended well: each holds its source in memory and its caller's connection. */
export const MOST_WAITING = 200

/** Effort is chosen so that its estimated time fits into this part of what is left (image/effort.ts). */
const EFFORT_SHARE = 0.5

/** Of a share of time, what is the encoder's: decoding is not what effort is about. */
const ENCODING_SHARE = 0.7

export function isGiant({ leastMs }: Planned): boolean {
  return leastMs >= GIANT_MS
}

/** First in line first: first come, first served, but a short job does not wait behind long ones that came just before. */
export function inLine<T extends Planned>(waiting: readonly T[]): T[] {
  const turn = ({ arrivedAt, leastMs }: Planned) => arrivedAt + PATIENCE * leastMs
  return [...waiting].sort((one, other) => turn(one) - turn(other))
}

/** The job to start now, if any can be. */
export function next<T extends Planned>(
  waiting: readonly T[],
  running: readonly Planned[],
  room: Room,
  now: number,
): T | undefined {
  if (running.length >= room.workers) return undefined
  const giantRuns = running.some(isGiant)
  const lastWorker = running.length === room.workers - 1 && room.workers > 1
  for (const job of inLine(waiting)) {
    const held = giantRuns && lastWorker && isGiant(job)
    if (!held && fits(job, running, waiting, room)) return job
    // It can still afford to let others pass; once it cannot, the memory it needs is kept for it.
    if (!held && job.deadline - now < 3 * job.leastMs) return undefined
  }
  return undefined
}

/**
 * A job too large for all memory together runs alone; the pool watches what it really takes. Alone is also without what is
 * held besides: nothing more is let in while a job waits for that.
 */
function fits(job: Planned, running: readonly Planned[], waiting: readonly Planned[], room: Room): boolean {
  const { memoryBytes, heldBytes = 0 } = room
  if (running.length === 0) return heldBytes === 0 || job.needBytes + heldBytes <= memoryBytes
  const sum = (jobs: readonly Planned[], of: 'needBytes' | 'sourceBytes') =>
    jobs.reduce((total, one) => total + one[of], 0)
  const waits = sum(waiting, 'sourceBytes') - job.sourceBytes
  return sum(running, 'needBytes') + waits + job.needBytes + heldBytes <= memoryBytes
}

/**
 * Why a job that has just come should not wait; undefined where it should. A job for which there is a worker at once is
 * always tried: an estimate alone never turns anybody away.
 */
export function refusal(
  job: Planned,
  waiting: readonly Planned[],
  running: readonly Running[],
  room: Room,
  now: number,
): string | undefined {
  if (running.length < room.workers && waiting.length === 0 && fits(job, running, waiting, room)) return undefined
  if (waiting.length >= MOST_WAITING) return 'Expected fewer pictures to be waiting'
  const held = [...running, ...waiting].reduce((total, { sourceBytes }) => total + sourceBytes, 0)
  if (held + job.sourceBytes > room.memoryBytes) return 'Expected room for another original'
  return hopeless([...waiting, job], running, room, now, pressedMs).includes(job)
    ? 'Expected a shorter queue'
    : undefined
}

/**
 * Those who would not be ready in time; memory is left out of it. Sooner told than at the deadline, they can try again.
 * @param takes how long those before will take; by default as if nobody took more than the least effort.
 */
export function hopeless<T extends Planned>(
  waiting: readonly T[],
  running: readonly Running[],
  room: Room,
  now: number,
  takes: (job: T) => number = ({ leastMs }) => leastMs,
): T[] {
  const freeAt = Array.from({ length: room.workers }, () => now)
  // What should have ended by now will end soon, and at its deadline for certain.
  running.forEach(({ startedAt, costMs, deadline }, index) => {
    freeAt[index] = Math.max(now, Math.min(startedAt + costMs, deadline))
  })
  return inLine(waiting).filter((job) => {
    const start = Math.min(...freeAt)
    if (start + job.leastMs > job.deadline) return true
    freeAt[freeAt.indexOf(start)] = start + takes(job)
    return false
  })
}

/**
 * How long an encoder may think it has: all that is left when nobody waits, otherwise a share with which those who wait can
 * still be served. More than the share, because effort is chosen to fill a part; and never so little that slowness alone
 * would end what could be done.
 */
export function effortMs(job: Planned, waiting: readonly Planned[], room: Room, now: number): number {
  const left = job.deadline - now
  if (waiting.length === 0) return left
  const last = Math.max(...waiting.map(({ deadline }) => deadline))
  const share = ((last - now) * room.workers) / (waiting.length + room.workers)
  return Math.min(left, Math.max((share * ENCODING_SHARE) / EFFORT_SHARE, pressed(job)))
}

/** However many wait, a job is given this many times its least time: slowness alone should not end it. */
const PRESSED = 6

function pressed({ leastMs }: Planned): number {
  return PRESSED * leastMs
}

/** What a job takes when many wait. Who comes then is judged by it, or the queue would only be known to be too long at its end. */
function pressedMs(job: Planned): number {
  return costMs(job, pressed(job))
}

/** What a job given so much time will take. */
export function costMs({ mostMs, leastMs }: Planned, effort: number): number {
  return Math.max(leastMs, Math.min(mostMs, effort * EFFORT_SHARE))
}
