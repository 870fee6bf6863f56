import { StringDecoder } from 'node:string_decoder'
import type { LogLine } from './spec.ts'

// Function Compute, "Limits": a log entry holds at most 32 KB.
const MAX_LINE_CHARS = 32 * 1024
const MAX_LINES_PER_INSTANCE = 2000
const MAX_INSTANCES = 50

/** What instances wrote, the newest lines of the newest instances. */
export interface LogBook {
  /** A function that takes one stream's chunks; call it with `undefined` at the end. */
  writer(instance: string, stream: LogLine['stream']): (chunk: Buffer | undefined) => void
  /** Lines of one instance, or of all in the order of their instances. */
  lines(instance?: string): LogLine[]
}

export function createLogBook(onLog?: (line: LogLine) => void): LogBook {
  const books = new Map<string, LogLine[]>()

  function add(line: LogLine): void {
    let book = books.get(line.instance)
    if (!book) {
      book = []
      books.set(line.instance, book)
      const oldest = books.keys().next().value
      if (books.size > MAX_INSTANCES && oldest !== undefined) books.delete(oldest)
    }
    book.push(line)
    if (book.length > MAX_LINES_PER_INSTANCE) book.shift()
    onLog?.(line)
  }

  return {
    writer(instance, stream) {
      const decoder = new StringDecoder('utf8')
      let rest = ''
      return (chunk) => {
        rest += chunk ? decoder.write(chunk) : decoder.end()
        const parts = rest.split('\n')
        rest = parts.pop() ?? ''
        // A line without an end is cut into entries, so that what is held stays bounded.
        while (rest.length > MAX_LINE_CHARS) {
          parts.push(rest.slice(0, MAX_LINE_CHARS))
          rest = rest.slice(MAX_LINE_CHARS)
        }
        if (!chunk && rest !== '') parts.push(rest)
        for (const text of parts) add({ instance, stream, text: text.slice(0, MAX_LINE_CHARS) })
      }
    },
    lines: (instance) => (instance === undefined ? [...books.values()].flat() : [...(books.get(instance) ?? [])]),
  }
}
