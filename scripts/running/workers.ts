/**
 * Does `work` for each item, at most `count` at a time; items are asked for one by one, when somebody is free.
 * @throws the first error, once all that is under way has ended; nothing new is begun after it.
 */
export async function inParallel<T>(
  count: number,
  items: AsyncIterable<T> | Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const source = each(items)
  const failures: unknown[] = []
  const worker = async () => {
    while (failures.length === 0) {
      const next = await source.next()
      if (next.done === true) return
      await work(next.value)
    }
  }
  await Promise.all(
    Array.from({ length: count }, () =>
      worker().catch((error: unknown) => {
        failures.push(error)
      }),
    ),
  )
  await source.return(undefined)
  if (failures.length > 0) throw failures[0]
}

/** An async generator answers several `next()` at once in their order, which not every iterator does. */
async function* each<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, undefined> {
  yield* items
}
