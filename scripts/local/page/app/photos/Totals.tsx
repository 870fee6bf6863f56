import { useMemo } from 'preact/hooks'

import { keySettings } from '../facts.ts'
import { showBytes, showCount, showShare } from '../format.ts'
import { plainKeyOf } from '../keys.ts'
import { library } from '../library.ts'
import { useStore } from '../store.ts'
import { useWords } from '../words/words.ts'
import { Chart } from './Chart.tsx'

export interface FormatTotal {
  format: string
  before: number
  after: number
}

/** Over all originals that were read: what they take, and what goes out in their place. */
export function Totals() {
  const { say, language } = useWords()
  const { originals, compressed, loaded } = useStore(library)
  const totals = useMemo(() => {
    const stored = new Map(compressed.map(({ key, bytes }) => [key, bytes]))
    const byFormat = new Map<string, FormatTotal>()
    let count = 0
    for (const { key, bytes } of originals) {
      const after = stored.get(plainKeyOf(key, keySettings))
      if (after === undefined) continue
      count += 1
      const format = formatOf(key)
      const total = byFormat.get(format) ?? { format, before: 0, after: 0 }
      byFormat.set(format, { format, before: total.before + bytes, after: total.after + after })
    }
    return { count, formats: [...byFormat.values()].sort((a, b) => b.before - a.before) }
  }, [originals, compressed])
  const before = totals.formats.reduce((sum, one) => sum + one.before, 0)
  const after = totals.formats.reduce((sum, one) => sum + one.after, 0)

  return (
    <aside class="totals">
      {totals.count === 0 ? (
        <p class="muted">{loaded ? say('totalNone') : ''}</p>
      ) : (
        <>
          <p class="big">
            <strong data-total="saved">{showBytes(Math.max(0, before - after), language)}</strong> {say('totalSaved')}
            <em>{before === 0 ? '' : showShare(1 - after / before, language)}</em>
          </p>
          <p class="muted">
            {say('totalOf', { before: showBytes(before, language), after: showBytes(after, language) })} ·{' '}
            {totals.count === 1 ? say('totalPhoto') : say('totalPhotos', { count: showCount(totals.count, language) })}
          </p>
          <Chart formats={totals.formats.slice(0, 6)} />
        </>
      )}
    </aside>
  )
}

/** By the ending: the listing knows no types, and what was not read has told none. */
function formatOf(key: string): string {
  const ending = /\.([a-z0-9]{2,5})$/i.exec(key)?.[1]?.toUpperCase() ?? '…'
  return ending === 'JPG' ? 'JPEG' : ending
}
