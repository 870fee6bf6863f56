import { grammar as builtIn } from '../actions/list.ts'
import { checkKey } from '../decode.ts'
import { joinStyle } from '../dialects/style.ts'
import { KeyFault, quote } from '../fault.ts'
import { printSteps, readSteps } from '../grammar/grammar.ts'
import { noSuchStyle, readKey, writeKey } from '../read.ts'
import type { KeySettings } from '../settings.ts'
import { styleNamed } from '../styles.ts'
import { BCE_PARAMETER, readBceProcess } from './bce.ts'
import { CDN_PARAMETER, readCdnProcess } from './cdn.ts'
import { OSS_PARAMETER, readOssProcess } from './oss.ts'
import type { Process } from './process.ts'

const READERS: Readonly<Record<string, (text: string) => Process>> = {
  [OSS_PARAMETER]: readOssProcess,
  [BCE_PARAMETER]: readBceProcess,
  [CDN_PARAMETER]: readCdnProcess,
}

/**
 * The key that asks for what a query asks for, for the edge; the function itself takes no notice of queries, as its answer
 * is stored without one. A key that asks for operations by itself wins over the query.
 *
 * @param key decoded. @param search the query, still percent-encoded, with or without its `?`.
 * @returns the key itself if the query asks for nothing; else a canonical suffix key, or the key of a style.
 * @throws KeyFault
 */
export function keyFromQuery(key: string, search: string, settings: KeySettings): string {
  const process = processIn(search)
  if (process === undefined) return key
  const { dialect, sourceKey } = readKey(key, settings)
  if (dialect !== 'plain') return key
  const result = writeProcess(sourceKey, process, settings)
  checkKey(result)
  return result
}

function writeProcess(sourceKey: string, process: Process, settings: KeySettings): string {
  const grammar = settings.grammar ?? builtIn
  if ('steps' in process) {
    return writeKey(sourceKey, printSteps(readSteps(process.steps, grammar).operations, grammar), settings)
  }
  const style = styleNamed(process.style, settings)
  if (!style) throw noSuchStyle(process.style, settings)
  return settings.dialects.includes('style')
    ? joinStyle({ sourceKey, style: process.style })
    : writeKey(sourceKey, style.steps, settings)
}

function processIn(search: string): Process | undefined {
  let found: Process | undefined
  for (const pair of search.replace(/^\?/, '').split('&')) {
    const [name = '', ...rest] = pair.split('=')
    const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined
    if (!reader) continue
    if (found) throw new KeyFault('bad_operation', `Expected one process in the query, got ${quote(search)}`)
    found = reader(decodeValue(rest.join('=')))
  }
  return found
}

/** Once, like the path. `+` stays `+`: nothing in the grammar may contain a blank, so it is refused later. */
function decodeValue(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new KeyFault('bad_operation', `Expected percent-encoded UTF-8 in the query, got ${quote(text)}`)
  }
}
