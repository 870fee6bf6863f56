// What the function says of itself, line by line.

export interface Printed {
  instance: string
  text: string
}

interface RequestLine {
  requestedKey?: string
  status?: number
  joined?: boolean
  outcome?: string
  cause?: string
}

/** What was made, and how often: instance, a space, key → times. Joined requests made nothing. */
export function madeIn(printed: readonly Printed[]): Map<string, number> {
  const made = new Map<string, number>()
  for (const { instance, line } of requestLines(printed)) {
    if (line.status !== 200 || line.joined === true || line.requestedKey === undefined) continue
    if (line.outcome !== 'compressed' && line.outcome !== 'transformed') continue
    const name = `${instance} ${line.requestedKey}`
    made.set(name, (made.get(name) ?? 0) + 1)
  }
  return made
}

/** Answers of 500: something that nobody has thought of. */
export function unforeseen(printed: readonly Printed[]): { key: string; why: string }[] {
  return requestLines(printed)
    .filter(({ line }) => line.status === 500)
    .map(({ line }) => ({ key: line.requestedKey ?? '', why: `500: ${line.cause ?? 'no cause'}` }))
}

/** Workers that ended in the middle of a picture, whoever ended them, except the function itself. */
export function crashedIn(printed: readonly Printed[]): number {
  return printed.filter(({ text }) => /worker \d+ ended in the middle/.test(text)).length
}

function requestLines(printed: readonly Printed[]): { instance: string; line: RequestLine }[] {
  return printed.flatMap(({ instance, text }) => {
    try {
      return text.startsWith('{') ? [{ instance, line: JSON.parse(text) as RequestLine }] : []
    } catch {
      // The last line of an instance that was killed while it wrote.
      return []
    }
  })
}
