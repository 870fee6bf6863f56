// What runs in the page of a report: draws the charts from the data beside it. Bundled into the page, with the charts' library.
import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, Tooltip } from 'chart.js'

/** Of the browser, as far as it is used: the project is checked without a browser's types. */
declare const document: { getElementById(id: string): { textContent: string | null } | null }
declare const matchMedia: (query: string) => {
  matches: boolean
  addEventListener(type: 'change', then: () => void): void
}

export interface ChartFacts {
  id: string
  labels: string[]
  /** Bars beside each other; before is drawn muted. */
  series: { name: string; values: number[]; muted?: boolean }[]
  unit: 'bytes' | 'count'
  horizontal: boolean
}

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Legend, Tooltip)

const all = JSON.parse(document.getElementById('charts')?.textContent ?? '[]') as ChartFacts[]
const dark = matchMedia('(prefers-color-scheme: dark)')
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
let drawn: Chart[] = []

function inBytes(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(5, Math.floor(Math.log10(Math.abs(bytes)) / 3))
  const value = bytes / 1000 ** power
  return `${Number(value.toPrecision(3))} ${['B', 'KB', 'MB', 'GB', 'TB', 'PB'][power] ?? ''}`
}

const inWords = (value: number, unit: ChartFacts['unit']) =>
  unit === 'bytes' ? inBytes(value) : value.toLocaleString('en-US')

function draw(): void {
  for (const chart of drawn) chart.destroy()
  const colours = dark.matches
    ? { text: '#c9d1d9', line: '#30363d', muted: '#6b7684', strong: '#2dd4bf' }
    : { text: '#3a4350', line: '#e2e6eb', muted: '#b3bcc8', strong: '#0f766e' }
  Chart.defaults.color = colours.text
  Chart.defaults.font.family = 'system-ui, sans-serif'
  drawn = all.map(
    ({ id, labels, series, unit, horizontal }) =>
      new Chart(id, {
        type: 'bar',
        data: {
          labels,
          datasets: series.map(({ name, values, muted }) => ({
            label: name,
            data: values,
            backgroundColor: muted === true ? colours.muted : colours.strong,
            borderRadius: 3,
            maxBarThickness: 26,
          })),
        },
        options: {
          indexAxis: horizontal ? 'y' : 'x',
          maintainAspectRatio: false,
          animation: calm ? false : { duration: 300 },
          plugins: {
            legend: { display: series.length > 1, position: 'top', align: 'end', labels: { boxWidth: 12 } },
            tooltip: {
              callbacks: {
                label: ({ dataset, parsed }) =>
                  `${dataset.label ?? ''}: ${inWords((horizontal ? parsed.x : parsed.y) ?? 0, unit)}`,
              },
            },
          },
          scales: {
            [horizontal ? 'x' : 'y']: {
              beginAtZero: true,
              grid: { color: colours.line },
              ticks: { maxTicksLimit: 6, callback: (value: string | number) => inWords(Number(value), unit) },
            },
            [horizontal ? 'y' : 'x']: { grid: { display: false }, ticks: { autoSkip: false } },
          },
        },
      }),
  )
}

draw()
dark.addEventListener('change', draw)
