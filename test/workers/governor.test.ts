import {
  effortMs,
  hopeless,
  GIANT_MS,
  inLine,
  MOST_WAITING,
  next,
  type Planned,
  refusal,
  type Room,
  type Running,
} from '../../src/workers/governor.ts'

const NOW = 1_000_000
const room: Room = { workers: 2, memoryBytes: 1_000 }

/** With more effort it would take twice as long. */
function job(leastMs: number, given: Partial<Planned> = {}): Planned {
  return {
    arrivedAt: NOW,
    deadline: NOW + 8000,
    mostMs: 2 * leastMs,
    leastMs,
    needBytes: 100,
    sourceBytes: 10,
    ...given,
  }
}

function running(costMs: number, given: Partial<Running> = {}): Running {
  return { ...job(costMs / 2), costMs, startedAt: NOW, ...given }
}

describe('the line', () => {
  it('first come, first served among equals', () => {
    const [a, b, c] = [job(100, { arrivedAt: NOW }), job(100, { arrivedAt: NOW + 1 }), job(100, { arrivedAt: NOW + 2 })]
    expect(inLine([c, a, b])).toEqual([a, b, c])
  })

  it('a short job passes long ones that came just before it', () => {
    const long = job(1000)
    const short = job(50, { arrivedAt: NOW + 1000 })
    expect(inLine([long, short])).toEqual([short, long])
  })

  it('a long job is not passed for ever', () => {
    const long = job(1000)
    const short = job(50, { arrivedAt: NOW + 5000 })
    expect(inLine([long, short])).toEqual([long, short])
  })
})

describe('who goes next', () => {
  it('nobody while every worker is busy', () => {
    expect(next([job(1)], [running(1), running(1)], room, NOW)).toBeUndefined()
  })

  it('two that do not fit into memory together do not run together', () => {
    const large = job(1000, { needBytes: 600 })
    expect(next([large], [running(1000, { needBytes: 600 })], room, NOW)).toBeUndefined()
    expect(next([large], [running(1000, { needBytes: 300 })], room, NOW)).toBe(large)
  })

  it('the sources of those who wait count too', () => {
    const large = job(1000, { needBytes: 600 })
    const other = job(2000, { sourceBytes: 200 })
    expect(next([large, other], [running(1000, { needBytes: 300 })], room, NOW)).toBe(other)
  })

  it('what is larger than all memory runs alone', () => {
    const huge = job(1000, { needBytes: 1400 })
    expect(next([huge], [running(1)], room, NOW)).toBeUndefined()
    expect(next([huge], [], room, NOW)).toBe(huge)
  })

  it('what is held outside of jobs is not given to them; a large one waits for it, alone', () => {
    const held = { ...room, heldBytes: 400 }
    const large = job(1000, { needBytes: 700 })
    const small = job(1000, { needBytes: 300 })
    expect(next([large], [], held, NOW)).toBeUndefined()
    expect(next([large, small], [], held, NOW)).toBe(small)
    expect(next([small], [running(1000, { needBytes: 400 })], held, NOW)).toBeUndefined()
    expect(next([large], [], { ...room, heldBytes: 0 }, NOW)).toBe(large)
  })

  it('one that waits for memory lets shorter ones pass while it can afford to', () => {
    const large = job(1000, { needBytes: 950 })
    const short = job(600)
    expect(next([large, short], [running(1000)], room, NOW)).toBe(short)
    const pressed = job(1000, { needBytes: 950, deadline: NOW + 2500, arrivedAt: NOW - 5500 })
    expect(next([pressed, short], [running(1000)], room, NOW)).toBeUndefined()
  })

  it('the last worker is not given to a second giant', () => {
    const giant = job(GIANT_MS)
    const short = job(10)
    expect(next([giant], [running(2 * GIANT_MS)], room, NOW)).toBeUndefined()
    expect(next([giant, short], [running(2 * GIANT_MS)], room, NOW)).toBe(short)
    expect(next([giant], [running(10)], room, NOW)).toBe(giant)
    expect(next([giant], [], { ...room, workers: 1 }, NOW)).toBe(giant)
  })
})

describe('who is turned away', () => {
  it('nobody for whom there is a worker, whatever the estimate says', () => {
    expect(refusal(job(100_000), [], [running(1)], room, NOW)).toBeUndefined()
  })

  it('who could not be ready in time even with the least effort', () => {
    const busy = [running(7000), running(7500)]
    expect(refusal(job(900), [], busy, room, NOW)).toBeUndefined()
    expect(refusal(job(1100), [], busy, room, NOW)).toMatch(/shorter queue/)
  })

  it('who stands behind too many', () => {
    const busy = [running(100), running(100)]
    const line = (count: number) => Array.from({ length: count }, () => job(100))
    expect(refusal(job(100), line(10), busy, room, NOW)).toBeUndefined()
    expect(refusal(job(100), line(MOST_WAITING), busy, { ...room, memoryBytes: 1e9 }, NOW)).toMatch(/waiting/)
  })

  it('who comes to a line that takes all the time with the effort it will be given is told at once, not at its end', () => {
    const busy = [running(0), running(0)]
    const one = () => job(100, { mostMs: 600, needBytes: 1, sourceBytes: 1 })
    // Three times the least is what each gets however many wait, two at a time.
    const line = (length: number) => Array.from({ length }, one)
    expect(refusal(one(), line(50), busy, room, NOW)).toBeUndefined()
    expect(refusal(one(), line(54), busy, room, NOW)).toMatch(/shorter queue/)
    expect(effortMs(one(), line(54), room, NOW)).toBe(600)
  })

  it('whose source would not fit beside the others', () => {
    const busy = [running(100), running(100)]
    expect(refusal(job(10, { sourceBytes: 990 }), [], busy, room, NOW)).toMatch(/original/)
  })

  it('nobody when nothing else is going on, however much memory the estimate says', () => {
    expect(refusal(job(10, { needBytes: 100_000 }), [], [], room, NOW)).toBeUndefined()
  })
})

describe('who need not wait any longer', () => {
  it('who cannot be ready in time behind those before it', () => {
    const busy = [running(1000), running(400, { startedAt: NOW - 300 })]
    const line = [job(100), job(100), job(500, { deadline: NOW + 799 }), job(500, { deadline: NOW + 801 })]
    // One worker is free at 100, 200 and 300 ms from now.
    expect(hopeless(line, busy, room, NOW)).toEqual([line[2]])
  })

  it('what should have ended long ago ends at its deadline', () => {
    const late = [running(100_000, { deadline: NOW + 50 }), running(100_000, { deadline: NOW + 70 })]
    expect(hopeless([job(100, { deadline: NOW + 151 })], late, room, NOW)).toEqual([])
    expect(hopeless([job(100, { deadline: NOW + 149 })], late, room, NOW)).toHaveLength(1)
  })
})

describe('time for effort', () => {
  it('all that is left when nobody waits', () => {
    expect(effortMs(job(100), [], room, NOW)).toBe(8000)
  })

  it('so much when others wait that effort for half of it fills most of a fair share', () => {
    expect(
      effortMs(
        job(100),
        Array.from({ length: 14 }, () => job(100)),
        room,
        NOW,
      ),
    ).toBe(1400)
  })

  it('never so little that it could not be done at all', () => {
    expect(
      effortMs(
        job(500),
        Array.from({ length: 100 }, () => job(100)),
        room,
        NOW,
      ),
    ).toBe(3000)
  })
})
