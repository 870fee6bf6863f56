import { createFlights } from '../src/flights.ts'

describe('flights', () => {
  it('start work once for all who ask before it has landed', () => {
    const flights = createFlights<number>()
    let starts = 0
    const start = () => ({ work: ++starts, landed: new Promise(() => undefined) })
    expect(flights.join('a', start)).toEqual({ work: 1, joined: false })
    expect(flights.join('a', start)).toEqual({ work: 1, joined: true })
    expect(flights.join('b', start)).toEqual({ work: 2, joined: false })
    expect(flights.size).toBe(2)
  })

  it.each(['resolves', 'rejects'])('forget work when its landing %s', async (way) => {
    const flights = createFlights<string>()
    const landed = way === 'resolves' ? Promise.resolve() : Promise.reject(new Error('put failed'))
    flights.join('a', () => ({ work: 'first', landed }))
    await landed.catch(() => undefined)
    await new Promise(setImmediate)
    expect(flights.size).toBe(0)
    expect(flights.join('a', () => ({ work: 'second', landed })).work).toBe('second')
  })
})
