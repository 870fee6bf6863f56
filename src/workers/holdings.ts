// Memory for what no job has: originals that are being read, pictures on their way out. The governor shares memory among
// jobs; this is about those who are not there yet, and would otherwise take all of it before they are.
import { MOST_WAITING } from './governor.ts'
import { Overloaded } from './overloaded.ts'

/** What one request holds. */
export interface Holding {
  readonly bytes: number
  /**
   * What is held from now on; 0 where nothing is, or where a job counts it. Never waits: what is there already can only be
   * counted. Whoever waits is let in later than whatever is done in the same turn, so nothing slips between two hands.
   */
  become(bytes: number): void
  /** Nothing is held any more, and nothing will be: what comes too late is not counted. */
  end(): void
}

/**
 * Waits for room for so many bytes, for half of the time until the deadline (ms since the epoch): the other half is for what
 * comes of them.
 * @throws Overloaded
 */
export type Hold = (bytes: number, deadline: number) => Promise<Holding>

export interface Holdings {
  hold: Hold
  /** Held now. */
  readonly bytes: number
  /** To be told where jobs need less than before. */
  freed(): void
  /** Ends all waiting. */
  close(): void
}

/** What jobs take. */
export interface Jobs {
  /** Of those that run, as estimated, sources included. */
  runningBytes: number
  /** Sources of those that wait. */
  waitingBytes: number
}

/** Part of what a process is counted with itself (memory.ts): so much may always be held, whatever jobs take. */
export const ALWAYS_BYTES = 32_000_000

/** Small ones do not wait behind large ones that came just before them: about what reading takes. */
const BYTES_PER_MS = 65_536

interface Waiting {
  bytes: number
  arrivedAt: number
  /** Gives up then. */
  until: number
  timer: NodeJS.Timeout
  enter: () => void
  refuse: (reason: string) => void
}

/**
 * Half of all memory is for what no job has begun with, so that there is room left to begin; the other half, and what is not
 * taken of this one, is for jobs. One is let in however large it is, where there is nothing else.
 * @param onRoom called when less is held than before: jobs that wait go first.
 */
export function createHoldings(memoryBytes: number, jobs: () => Jobs, onRoom: () => void): Holdings {
  let held = 0
  let soon: NodeJS.Immediate | undefined
  let closed = false
  const waiting = new Set<Waiting>()

  function fits(bytes: number): boolean {
    const { runningBytes, waitingBytes } = jobs()
    const unbegun = held + waitingBytes
    if (unbegun + bytes <= ALWAYS_BYTES || unbegun + runningBytes === 0) return true
    return unbegun + bytes <= memoryBytes / 2 && unbegun + runningBytes + bytes <= memoryBytes
  }

  function letIn(): void {
    const now = Date.now()
    const turn = ({ arrivedAt, bytes }: Waiting) => arrivedAt + bytes / BYTES_PER_MS
    for (const one of [...waiting].sort((a, b) => turn(a) - turn(b))) {
      if (fits(one.bytes)) one.enter()
      // It has let others pass for long enough: what becomes free is kept for it.
      else if (now - one.arrivedAt > one.until - now) return
    }
  }

  function freed(): void {
    if (closed) return
    soon ??= setImmediate(() => {
      soon = undefined
      onRoom()
      letIn()
    })
  }

  function holding(bytes: number): Holding {
    let own = 0
    let ended = false
    const become = (next: number) => {
      if (ended) return
      held += next - own
      if (next < own) freed()
      own = next
    }
    become(bytes)
    return {
      get bytes() {
        return own
      },
      become,
      end() {
        become(0)
        ended = true
      },
    }
  }

  async function hold(bytes: number, deadline: number): Promise<Holding> {
    // What is streamed takes nothing, whoever waits.
    if (bytes === 0 || (waiting.size === 0 && fits(bytes))) return holding(bytes)
    const waitingBytes = [...waiting].reduce((total, one) => total + one.bytes, 0)
    // As much again as there is: more than that has never been read in time.
    if (waiting.size >= MOST_WAITING || waitingBytes + bytes > memoryBytes) {
      throw new Overloaded('Expected fewer originals to be waiting. Try again.')
    }
    const arrivedAt = Date.now()
    const until = arrivedAt + Math.max(0, deadline - arrivedAt) / 2
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(one.timer)
        waiting.delete(one)
      }
      const refuse = (reason: string) => {
        leave()
        reject(new Overloaded(`${reason}. Try again.`))
        freed()
      }
      const one: Waiting = {
        bytes,
        arrivedAt,
        until,
        timer: setTimeout(() => refuse('Expected room for another original'), until - arrivedAt),
        enter: () => {
          leave()
          resolve(holding(bytes))
        },
        refuse,
      }
      waiting.add(one)
      letIn()
    })
  }

  return {
    hold,
    get bytes() {
      return held
    },
    freed,
    close() {
      closed = true
      clearImmediate(soon)
      for (const one of waiting) one.refuse('Expected an open pool, got a closed one')
    },
  }
}
