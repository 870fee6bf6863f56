const MOST_CHARACTERS = 1_000_000

/**
 * Lines of a text that may be longer than memory. Unlike node:readline this throws where the stream breaks.
 * @throws Error for a line that no log and no list has.
 */
export async function* linesOf(stream: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const utf8 = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : utf8.decode(chunk, { stream: true }))).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (rest.length > MOST_CHARACTERS) throw new Error(`Expected lines, got one of over ${MOST_CHARACTERS} characters.`)
  }
  if (rest !== '') yield rest
}
