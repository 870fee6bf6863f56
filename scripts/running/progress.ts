// What a long command says while it runs: a bar on a terminal, a line now and then elsewhere. Always on stderr.
import { Presets, SingleBar } from 'cli-progress'

export interface Progress {
  /** @param done in the unit of the total; `note` is what follows the bar. */
  update(done: number, note: string): void
  /** Somebody has counted meanwhile. */
  total(total: number): void
  /** A line of its own, above the bar. */
  say(text: string): void
  end(): void
}

export interface ProgressOptions {
  /** What is counted: keys, bytes of the inventory. */
  unit: string
  /** Unknown where nobody has counted. */
  total: number | undefined
  /** Already done by an earlier run. */
  done?: number
  silent?: boolean
  stream?: NodeJS.WriteStream
}

const SILENT: Progress = {
  update: () => undefined,
  total: () => undefined,
  say: () => undefined,
  end: () => undefined,
}

/** Between two lines where there is no terminal. */
const LINE_EVERY_MS = 10_000

export function showProgress(options: ProgressOptions): Progress {
  if (options.silent === true) return SILENT
  const stream = options.stream ?? process.stderr
  return stream.isTTY ? bar(options, stream) : lines(options, stream)
}

function bar({ unit, total: counted, done = 0 }: ProgressOptions, stream: NodeJS.WriteStream): Progress {
  let total = counted
  let single = newBar()
  function newBar(): SingleBar {
    const format =
      total === undefined
        ? ` {value} ${unit} | {note}`
        : ` {bar} {percentage} % | {value}/{total} ${unit} | {eta_formatted} left | {note}`
    const made = new SingleBar(
      { format, stream, hideCursor: true, etaBuffer: 200, fps: 5, clearOnComplete: true, stopOnComplete: false },
      Presets.shades_classic,
    )
    made.start(total ?? 0, done, { note: '' })
    return made
  }
  return {
    update(value, note) {
      done = value
      // A count that was taken before the last uploads.
      if (total !== undefined && value > single.getTotal()) single.setTotal(value)
      single.update(value, { note })
    },
    total(now) {
      single.stop()
      total = now
      single = newBar()
    },
    say(text) {
      stream.write(`\r\x1b[K${text}\n`)
    },
    end: () => single.stop(),
  }
}

function lines({ unit, total: counted }: ProgressOptions, stream: NodeJS.WriteStream): Progress {
  let total = counted
  let lastMs = Date.now()
  let written = ''
  let latest = ''
  const write = () => {
    if (latest !== written) stream.write(`${latest}\n`)
    written = latest
  }
  return {
    update(value, note) {
      const share = total === undefined || total === 0 ? '' : ` of ${total} (${((100 * value) / total).toFixed(1)} %)`
      latest = `${value} ${unit}${share}; ${note}`
      if (Date.now() - lastMs < LINE_EVERY_MS) return
      lastMs = Date.now()
      write()
    },
    total: (now) => {
      total = now
    },
    say: (text) => void stream.write(`${text}\n`),
    end: write,
  }
}
