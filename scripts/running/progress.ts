// What a long command says while it runs: a bar on a terminal, a line now and then elsewhere. Always on stderr.
import { Presets, SingleBar } from 'cli-progress'

export interface Progress {
  /** @param done in the unit of the total; `note` is what follows the bar. */
  update(done: number, note: string): void
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

/** Between two lines where there is no terminal. */
const LINE_EVERY_MS = 10_000

export function showProgress(options: ProgressOptions): Progress {
  if (options.silent === true) return { update: () => undefined, say: () => undefined, end: () => undefined }
  const stream = options.stream ?? process.stderr
  return stream.isTTY ? bar(options, stream) : lines(options, stream)
}

function bar({ unit, total, done = 0 }: ProgressOptions, stream: NodeJS.WriteStream): Progress {
  const format =
    total === undefined
      ? ` {value} ${unit} | {note}`
      : ` {bar} {percentage} % | {value}/{total} ${unit} | {eta_formatted} left | {note}`
  const single = new SingleBar(
    { format, stream, hideCursor: true, etaBuffer: 200, fps: 5, clearOnComplete: true, stopOnComplete: false },
    Presets.shades_classic,
  )
  single.start(total ?? 0, done, { note: '' })
  return {
    update(value, note) {
      // A count that was taken before the last uploads.
      if (total !== undefined && value > single.getTotal()) single.setTotal(value)
      single.update(value, { note })
    },
    say(text) {
      stream.write(`\r\x1b[K${text}\n`)
    },
    end: () => single.stop(),
  }
}

function lines({ unit, total }: ProgressOptions, stream: NodeJS.WriteStream): Progress {
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
    say: (text) => void stream.write(`${text}\n`),
    end: write,
  }
}
