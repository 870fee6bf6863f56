// One request in every spelling that leads to it. Each is read back with src/key before it is shown.
import { KeyFault } from '../../../../../src/key/fault.ts'
import { keyFromQuery } from '../../../../../src/key/query/key-from-query.ts'
import { readKey } from '../../../../../src/key/read.ts'
import type { KeySettings } from '../../../../../src/key/settings.ts'
import { styleNamed } from '../../../../../src/key/styles.ts'
import { joinStyle } from '../../../../../src/key/dialects/style.ts'
import { plainKeyOf } from '../keys.ts'

export type DialectName = 'suffix' | 'style' | 'size' | 'oss' | 'cdn' | 'bce'

export interface Spelling {
  dialect: DialectName
  /** What to ask for; a query goes through the edge. */
  text: string
  /** A style that has to be configured first: `name=image/…`. */
  setting?: string
}

interface Asked {
  sourceKey: string
  canonicalKey: string
  /** Canonical texts of the steps. */
  steps: readonly string[]
}

export function spellingsOf({ sourceKey, canonicalKey, steps }: Asked, settings: KeySettings): Spelling[] {
  const spellings: Spelling[] = [{ dialect: 'suffix', text: canonicalKey }]
  if (steps.length === 0) return spellings
  const chain = steps.join('/')
  const style = Object.keys(settings.styles).find((name) => styleNamed(name, settings)?.steps.join('/') === chain)
  spellings.push(
    style === undefined
      ? { dialect: 'style', text: joinStyle({ sourceKey, style: 'name' }), setting: `name=image/${chain}` }
      : { dialect: 'style', text: joinStyle({ sourceKey, style }) },
  )
  const sized = sizeSpelling(sourceKey, canonicalKey, steps)
  if (sized !== undefined) spellings.push({ dialect: 'size', text: sized })
  const plain = plainKeyOf(sourceKey, settings)
  const forBce = steps.map((step) =>
    step.startsWith('resize,') && !step.includes('limit_') ? `${step},limit_1` : step,
  )
  const queries: [DialectName, string][] = [
    ['oss', `?x-oss-process=image/${chain}`],
    ['cdn', `?image_process=${chain}`],
    ['bce', `?x-bce-process=image/${forBce.join('/')}`],
  ]
  for (const [dialect, query] of queries) {
    if (leadsTo(canonicalKey, () => keyFromQuery(plain, query, settings)))
      spellings.push({ dialect, text: plain + query })
  }
  return spellings
}

/** With the dialect on, wherever it is off here. */
const SIZED: KeySettings = { dialects: ['suffix', 'size-prefix'], styles: {}, allow: 'open' }

function sizeSpelling(sourceKey: string, canonicalKey: string, steps: readonly string[]): string | undefined {
  const [step = ''] = steps
  if (steps.length !== 1 || !step.startsWith('resize,')) return undefined
  const side = (name: string) => new RegExp(`,${name}_(\\d+)`).exec(step)?.[1]
  const [w, h] = [side('w'), side('h')]
  const at = sourceKey.lastIndexOf('/') + 1
  const [directory, file] = [sourceKey.slice(0, at), sourceKey.slice(at)]
  const cross = `${w ?? 'AUTO'}x${h ?? 'AUTO'}`
  return [
    `${w ?? ''}*${h ?? ''}/${sourceKey}`,
    ...['', '_max', '_min'].map((fit) => `${directory}${cross}${fit}/${file}`),
  ].find((key) => leadsTo(canonicalKey, () => readKey(key, SIZED).canonicalKey))
}

function leadsTo(canonicalKey: string, read: () => string): boolean {
  try {
    return read() === canonicalKey
  } catch (fault) {
    if (fault instanceof KeyFault) return false
    throw fault
  }
}
