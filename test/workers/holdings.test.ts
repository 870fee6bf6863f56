import { ALWAYS_BYTES, createHoldings, type Holding, type Jobs } from '../../src/workers/holdings.ts'

const MB = 1_000_000

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

/** 400 MB, of which half is for what no job has begun with. */
function world(memoryBytes = 400 * MB) {
  const jobs: Jobs = { runningBytes: 0, waitingBytes: 0 }
  const holdings = createHoldings(
    memoryBytes,
    () => jobs,
    () => undefined,
  )
  const told: string[] = []
  const ask = (name: string, bytes: number, forMs = 8000) => {
    const asked: { held?: Holding } = {}
    holdings.hold(bytes, Date.now() + forMs).then(
      (held) => {
        asked.held = held
        told.push(`${name} in`)
      },
      (error: Error) => told.push(`${name} ${error.name}`),
    )
    return asked
  }
  const pass = (ms = 1) => jest.advanceTimersByTimeAsync(ms)
  return { jobs, holdings, told, ask, pass }
}

it('originals are let in until half of the memory is taken, and again when some is free', async () => {
  const { holdings, told, ask, pass } = world()
  const [a] = [ask('a', 64 * MB), ask('b', 64 * MB), ask('c', 64 * MB), ask('d', 64 * MB)]
  await pass()
  expect(told).toEqual(['a in', 'b in', 'c in'])
  expect(holdings.bytes).toBe(192 * MB)
  a.held?.end()
  await pass()
  expect(told).toEqual(['a in', 'b in', 'c in', 'd in'])
  expect(holdings.bytes).toBe(192 * MB)
})

it('what jobs take is not given to originals; what they give back is', async () => {
  const { jobs, holdings, told, ask, pass } = world()
  jobs.runningBytes = 380 * MB
  ask('a', 64 * MB)
  await pass()
  expect(told).toEqual([])
  jobs.runningBytes = 0
  holdings.freed()
  await pass()
  expect(told).toEqual(['a in'])
})

it('those that wait for a worker count as those that are read', async () => {
  const { jobs, told, ask, pass } = world()
  jobs.waitingBytes = 150 * MB
  ask('a', 64 * MB)
  await pass()
  expect(told).toEqual([])
})

it('small ones are let in whatever jobs take', async () => {
  const { jobs, told, ask, pass } = world()
  jobs.runningBytes = 400 * MB
  ask('small', ALWAYS_BYTES / 2)
  ask('as small', ALWAYS_BYTES / 2)
  ask('one too many', MB)
  await pass()
  expect(told).toEqual(['small in', 'as small in'])
})

it('one that is larger than all memory is let in alone', async () => {
  const { told, ask, pass } = world(50 * MB)
  const large = ask('large', 67 * MB)
  ask('next', 40 * MB)
  await pass()
  expect(told).toEqual(['large in'])
  large.held?.end()
  await pass()
  expect(told).toEqual(['large in', 'next in'])
})

it('a small one does not wait behind a large one, a large one not behind small ones for ever', async () => {
  const { told, ask, pass } = world()
  const first = [ask('a', 60 * MB), ask('b', 60 * MB), ask('c', 60 * MB)]
  ask('large', 64 * MB)
  const small = ask('small', 15 * MB)
  await pass()
  expect(told).toEqual(['a in', 'b in', 'c in', 'small in'])
  // It may wait for 4 s in all; for the second half of them, what becomes free is kept for it.
  await pass(2100)
  small.held?.end()
  ask('later', 10 * MB)
  await pass()
  expect(told).toEqual(['a in', 'b in', 'c in', 'small in'])
  first[0]?.held?.end()
  await pass()
  expect(told.slice(4)).toEqual(['large in', 'later in'])
})

it('nobody waits for longer than half of the time there is', async () => {
  const { jobs, holdings, told, ask, pass } = world()
  jobs.runningBytes = 400 * MB
  ask('a', 64 * MB, 8000)
  ask('b', 64 * MB, 2000)
  await pass(999)
  expect(told).toEqual([])
  await pass(2)
  expect(told).toEqual(['b Overloaded'])
  await pass(3000)
  expect(told).toEqual(['b Overloaded', 'a Overloaded'])
  expect(holdings.bytes).toBe(0)
})

it('more than as much again as there is need not wait at all', async () => {
  const { jobs, told, ask, pass } = world()
  jobs.runningBytes = 400 * MB
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) ask(name, 64 * MB)
  await pass()
  expect(told).toEqual(['g Overloaded'])
  jobs.runningBytes = 0
})

it('what is given up makes room for the others at once', async () => {
  const { told, ask, pass } = world()
  ask('a', 100 * MB)
  ask('blocking', 150 * MB, 2000)
  await pass(950)
  ask('c', 90 * MB)
  await pass()
  expect(told).toEqual(['a in'])
  await pass(300)
  expect(told).toEqual(['a in', 'blocking Overloaded', 'c in'])
})

it('is counted as what it becomes, until it ends', async () => {
  const { holdings, ask, pass } = world()
  const { held } = ask('a', 64 * MB)
  await pass()
  const [holding] = [await holdings.hold(MB, Date.now() + 1000), held]
  holding.become(5 * MB)
  expect(holdings.bytes).toBe(69 * MB)
  holding.end()
  // A watermark that comes when its picture is given up.
  holding.become(holding.bytes + 30 * MB)
  holding.end()
  expect(holdings.bytes).toBe(64 * MB)
})

it('what is handed on in the same turn leaves no gap for others', async () => {
  const { jobs, told, ask, pass } = world()
  const a = ask('a', 150 * MB)
  ask('b', 150 * MB)
  await pass()
  a.held?.become(0)
  jobs.waitingBytes = 150 * MB
  await pass()
  expect(told).toEqual(['a in'])
})

it('closed, it lets nobody wait', async () => {
  const { holdings, told, ask, pass } = world()
  ask('a', 150 * MB)
  ask('b', 150 * MB)
  await pass()
  holdings.close()
  await pass()
  expect(told).toEqual(['a in', 'b Overloaded'])
})
