/** Identical work in flight, shared. Nothing is kept once `landed` settles: the compressed bucket is the cache. */
export interface Flights<T> {
  /** Joins the work of this name, or starts it. */
  join(name: string, start: () => { work: T; landed: Promise<unknown> }): { work: T; joined: boolean }
  readonly size: number
}

export function createFlights<T>(): Flights<T> {
  const inFlight = new Map<string, T>()
  return {
    join(name, start) {
      const known = inFlight.get(name)
      if (known !== undefined) return { work: known, joined: true }
      const { work, landed } = start()
      inFlight.set(name, work)
      const forget = () => inFlight.delete(name)
      landed.then(forget, forget)
      return { work, joined: false }
    },
    get size() {
      return inFlight.size
    },
  }
}
