import { wants, type OssEventRecord, type TriggerFilter } from './event-record.ts'
import type { InvokeResult } from './gateway.ts'
import { seededRandom } from '../oss/faults/random.ts'

/** How unreliable delivery is. All can be changed while events flow. */
export interface DeliverySwitches {
  /** Same seed, same events: same choices. Read once, when the trigger is made. */
  seed: number
  /** Share of events delivered twice, 0 to 1. */
  duplicates: number
  /** Whether what waits is delivered in any order. */
  shuffle: boolean
  /** Each delivery is held back by a random time up to this. */
  lateMs: number
  /** Whether keys are percent-encoded in the event; not documented. */
  keyEncoding: 'raw' | 'url'
}

export const DEFAULT_DELIVERY: Readonly<DeliverySwitches> = {
  seed: 1,
  duplicates: 0,
  shuffle: false,
  lateMs: 0,
  keyEncoding: 'raw',
}

export interface TriggerOptions extends TriggerFilter {
  /** Name of the trigger, which events carry as ruleId. */
  name: string
  /** `gateway.invoke`. */
  invoke: (event: Buffer) => Promise<InvokeResult>
  /** Further attempts after one in which the function failed: 0 to 8, default 3. */
  retries?: number
  /** Pause before the second attempt, doubled each time; default 1,000. */
  backoffMs?: number
  /** Deliveries under way at once; default 4. */
  parallel?: number
  switches?: Partial<DeliverySwitches>
}

/** One attempt to deliver an event. */
export interface Delivery {
  eventName: string
  /** As the object is called, whatever the event's encoding. */
  key: string
  /** 1 for the first. A refusal for want of room does not count. */
  attempt: number
  duplicate: boolean
  requestId: string
  outcome: 'delivered' | 'failed' | 'throttled' | 'given-up'
}

export interface EventTrigger {
  /** Takes an event in; returns at once. What the filters do not let through is dropped. */
  emit(record: OssEventRecord): void
  /** Resolves when nothing is left to deliver. */
  idle(): Promise<void>
  /** The newest 10,000 attempts, oldest first. */
  deliveries: readonly Delivery[]
  switches: DeliverySwitches
  /** Forgets what waits, lets what is under way end. */
  close(): Promise<void>
}

interface Waiting {
  record: OssEventRecord
  attempt: number
  duplicate: boolean
  dueMs: number
}

const MAX_DELIVERIES = 10_000

// An invocation nobody heard back from counts as one in which the function failed.
const LOST: InvokeResult = {
  requestId: '',
  status: 502,
  errorType: 'UnhandledInvocationError',
  failure: 'connection',
  body: Buffer.alloc(0),
}

/**
 * Delivers changes of one bucket to a function: asynchronously, at least once, again after a failure.
 * Source: Function Compute, "OSS triggers" and asynchronous invocation (retries 0 to 8).
 */
export function createTrigger(options: TriggerOptions): EventTrigger {
  const switches: DeliverySwitches = { ...DEFAULT_DELIVERY, ...options.switches }
  const random = seededRandom(switches.seed)
  const retries = options.retries ?? 3
  const backoffMs = options.backoffMs ?? 1000
  const parallel = options.parallel ?? 4
  const deliveries: Delivery[] = []
  const waiting: Waiting[] = []
  const running = new Set<Promise<void>>()
  let onIdle: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function enqueue(item: Waiting): void {
    if (!closed) waiting.push(item)
    schedule()
  }

  // Never within the caller's turn: a burst is seen whole before the first of it is chosen.
  function schedule(): void {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0 && running.size === 0) {
      const resolvers = onIdle
      onIdle = []
      resolvers.forEach((resolve) => resolve())
    }
    if (waiting.length === 0 || running.size >= parallel) return
    const next = Math.min(...waiting.map((item) => item.dueMs))
    timer = setTimeout(pump, Math.max(0, next - Date.now()))
  }

  function pump(): void {
    while (running.size < parallel) {
      const due = waiting.filter((item) => item.dueMs <= Date.now())
      const item = due[switches.shuffle ? Math.floor(random() * due.length) : 0]
      if (!item) break
      waiting.splice(waiting.indexOf(item), 1)
      const work = deliver(item).finally(() => {
        running.delete(work)
        schedule()
      })
      running.add(work)
    }
    schedule()
  }

  function documentOf(record: OssEventRecord): Buffer {
    const copy = structuredClone(record)
    copy.oss.ruleId = options.name
    if (switches.keyEncoding === 'url') copy.oss.object.key = encodeURIComponent(copy.oss.object.key)
    return Buffer.from(JSON.stringify({ events: [copy] }))
  }

  async function deliver(item: Waiting): Promise<void> {
    const result = await options.invoke(documentOf(item.record)).catch(() => LOST)
    const isThrottled = result.failure === 'throttled'
    const isLast = item.attempt > retries
    const failedOutcome = isLast ? 'given-up' : 'failed'
    const outcome = result.errorType === undefined ? 'delivered' : isThrottled ? 'throttled' : failedOutcome
    deliveries.push({
      eventName: item.record.eventName,
      key: item.record.oss.object.key,
      attempt: item.attempt,
      duplicate: item.duplicate,
      requestId: result.requestId,
      outcome,
    })
    if (deliveries.length > MAX_DELIVERIES) deliveries.shift()
    if (outcome === 'delivered' || outcome === 'given-up') return
    // The platform's queue waits for room as long as it takes; only the function's own failures use up attempts.
    const attempt = isThrottled ? item.attempt : item.attempt + 1
    enqueue({ ...item, attempt, dueMs: Date.now() + backoffMs * 2 ** (item.attempt - 1) })
  }

  return {
    emit(record) {
      if (!wants(options, record)) return
      const late = (): number => Date.now() + random() * switches.lateMs
      enqueue({ record, attempt: 1, duplicate: false, dueMs: late() })
      if (random() < switches.duplicates) enqueue({ record, attempt: 1, duplicate: true, dueMs: late() })
    },
    async idle() {
      if (waiting.length === 0 && running.size === 0) return
      return new Promise<void>((resolve) => onIdle.push(resolve))
    },
    deliveries,
    switches,
    async close() {
      closed = true
      waiting.length = 0
      schedule()
      await Promise.all(running)
    },
  }
}
