import type { Job, Worker } from '../../src/workers/job.ts'
import { watchMemory } from '../../src/workers/memory-watch.ts'

/** A worker without a process: all that it takes is its source. */
const worker = (sourceBytes: number): Worker => ({
  process: { pid: undefined, send: () => undefined, kill: () => undefined },
  ready: true,
  bornAt: 0,
  job: { sourceBytes } as Job,
  ending: false,
  begun: true,
  timed: true,
  failedMarks: new Map(),
})

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

it('where all together take too much, the largest is named, and nobody while they fit', () => {
  const [small, large, other] = [worker(10), worker(30), worker(20)]
  const named: Worker[] = []
  const busy = [small, large]
  const watch = watchMemory(
    50,
    () => busy,
    (one) => named.push(one),
  )
  watch.start()
  jest.advanceTimersByTime(1000)
  expect(named).toEqual([])
  busy.push(other)
  jest.advanceTimersByTime(50)
  expect(named).toEqual([large])
  watch.stop()
})

it('looks no longer than somebody is busy', () => {
  const busy = [worker(10)]
  const watch = watchMemory(
    50,
    () => busy,
    () => undefined,
  )
  watch.start()
  jest.advanceTimersByTime(1000)
  expect(jest.getTimerCount()).toBe(1)
  busy.pop()
  jest.advanceTimersByTime(1000)
  expect(jest.getTimerCount()).toBe(0)
})
