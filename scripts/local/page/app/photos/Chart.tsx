import { useEffect, useRef } from 'preact/hooks'

import { showBytes } from '../format.ts'
import { preferences } from '../preferences.ts'
import { useStore } from '../store.ts'
import { useWords } from '../words/words.ts'
import type { FormatTotal } from './Totals.tsx'

/** Bars by format, before and after. The library comes when there is something to show. */
export function Chart({ formats }: { formats: FormatTotal[] }) {
  const { say, language } = useWords()
  const { theme } = useStore(preferences)
  const canvas = useRef<HTMLCanvasElement>(null)
  const list = formats
    .map(({ format, before, after }) => `${format} ${showBytes(before, language)} → ${showBytes(after, language)}`)
    .join(', ')

  useEffect(() => {
    const element = canvas.current
    if (element === null) return undefined
    let isGone = false
    let leave: (() => void) | undefined
    const draw = async () => {
      const { drawChart } = await import('./draw-chart.ts')
      if (isGone) return
      leave?.()
      leave = drawChart(element, formats, { before: say('before'), after: say('after'), language })
    }
    void draw()
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const redraw = () => void draw()
    dark.addEventListener('change', redraw)
    return () => {
      isGone = true
      dark.removeEventListener('change', redraw)
      leave?.()
    }
    // The list says all that is drawn.
  }, [list, language, theme])

  return (
    <div class="chart" style={{ height: `${30 + formats.length * 34}px` }}>
      <canvas ref={canvas} role="img" aria-label={say('chartLabel', { list })} />
    </div>
  )
}
