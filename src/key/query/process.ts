import { KeyFault, quote } from '../fault.ts'

/** What a process string of a query asks for. */
export type Process = { readonly steps: readonly string[] } | { readonly style: string }

/**
 * `image/<action>,…/<action>,…` or `style/<name>`. Pipes (`a|b`) are refused: OSS encodes and decodes between their
 * parts, which a key cannot say, and `|sys/saveas` stores under a name of the reader's choice.
 *
 * @throws KeyFault `bad_operation`.
 */
export function readProcess(parameter: string, text: string): Process {
  if (text.includes('|')) {
    throw new KeyFault('bad_operation', `Expected one chain of steps in ${parameter}, got a pipe in ${quote(text)}`)
  }
  const slash = text.indexOf('/')
  const rest = text.slice(slash + 1)
  if (slash > 0 && rest !== '') {
    const kind = text.slice(0, slash)
    if (kind === 'style') return { style: rest }
    if (kind === 'image') return { steps: rest.split('/') }
  }
  throw new KeyFault('bad_operation', `Expected ${parameter} to be image/… or style/…, got ${quote(text)}`)
}
