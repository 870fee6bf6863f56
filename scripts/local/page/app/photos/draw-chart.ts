import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, Tooltip } from 'chart.js'

import { showBytes } from '../format.ts'
import type { Language } from '../preferences.ts'
import type { FormatTotal } from './Totals.tsx'

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, Tooltip)

/** Draws in the colours of the theme as they are now. @returns what takes it away again */
export function drawChart(
  canvas: HTMLCanvasElement,
  formats: readonly FormatTotal[],
  texts: { before: string; after: string; language: Language },
): () => void {
  const styles = getComputedStyle(canvas)
  const colour = (name: string) => colourOf(canvas, name)
  const font = { family: styles.fontFamily, size: 12 }
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  const bars = { borderRadius: 3, barPercentage: 0.8, categoryPercentage: 0.72, maxBarThickness: 11 }
  const chart = new Chart(canvas, {
    type: 'bar',
    data: {
      labels: formats.map(({ format }) => format),
      datasets: [
        {
          label: texts.before,
          data: formats.map(({ before }) => before),
          backgroundColor: colour('--bar-before'),
          ...bars,
        },
        {
          label: texts.after,
          data: formats.map(({ after }) => after),
          backgroundColor: colour('--bar-after'),
          ...bars,
        },
      ],
    },
    options: {
      indexAxis: 'y',
      responsive: true,
      maintainAspectRatio: false,
      animation: still ? false : { duration: 300 },
      scales: {
        x: { display: false, beginAtZero: true },
        y: { grid: { display: false }, border: { display: false }, ticks: { color: colour('--muted'), font } },
      },
      plugins: {
        legend: {
          position: 'bottom',
          align: 'start',
          labels: {
            color: colour('--muted'),
            font,
            boxWidth: 10,
            boxHeight: 10,
            useBorderRadius: true,
            borderRadius: 2,
          },
        },
        tooltip: {
          callbacks: {
            label: ({ dataset, parsed }) => `${dataset.label ?? ''}: ${showBytes(parsed.x ?? 0, texts.language)}`,
          },
        },
      },
    },
  })
  return () => chart.destroy()
}

/** A custom property as the colour it is in the theme shown: light-dark() is settled only where it is used. */
function colourOf(near: HTMLElement, name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  near.parentElement?.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
