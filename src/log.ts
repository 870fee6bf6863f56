/** The line a request leaves behind. Absent values are left out; there is no field a credential could be in. */
export interface RequestLine {
  requestId: string
  /** What the reader asked for, and the original it is made from. */
  requestedKey?: string
  sourceKey?: string
  /** Where the path was refused before it became a key. */
  path?: string
  method: string
  status: number
  /** compressed, original, passed_through, or the error code. */
  outcome: string
  reason?: string
  /** How an AppError came about: name, code and a shortened message of the cause. */
  cause?: string
  bytesIn?: number
  bytesOut?: number
  format?: string
  width?: number
  height?: number
  pages?: number
  settings?: string
  recipe?: string
  /** stored, failed, given_up, off, copied, or exists. */
  put?: string
  putError?: string
  /** This request waited for an identical one that was already in flight. */
  joined?: boolean
  /** The caller went away before the last byte. */
  aborted?: boolean
  ms: { total: number; read?: number; render?: number; put?: number }
}

/** The line a change of an original leaves behind. */
export interface ChangeLine {
  requestId: string
  sourceKey: string
  /** ETag of the original in the end; absent: there is none. */
  original?: string
  /** fresh: all that is stored is the current original's; failed: the platform is to try again. */
  outcome: 'fresh' | 'failed'
  /** How many objects went, and which keys were made. */
  removed?: number
  made?: string[]
  /** How many objects that had it as their watermark went. */
  marked?: number
  cause?: string
  ms: { total: number; waited?: number }
}

export type LogLevel = 'silent' | 'error' | 'info'

export interface Log {
  request(line: RequestLine): void
  change(line: ChangeLine): void
  /** Something about the instance itself: start, a configuration fault. */
  notice(level: 'info' | 'error', message: string): void
}

/** One JSON line per request. Function Compute collects stdout; one entry may hold 32 KB. */
export function createLog(level: LogLevel, write: (text: string) => void): Log {
  const line = (record: object) => write(`${JSON.stringify(record)}\n`)
  return {
    request(record) {
      if (level === 'silent' || (level === 'error' && record.status < 500)) return
      line({ time: new Date().toISOString(), level: record.status >= 500 ? 'error' : 'info', ...record })
    },
    change(record) {
      const recordLevel = record.outcome === 'failed' ? 'error' : 'info'
      if (level === 'silent' || (level === 'error' && recordLevel === 'info')) return
      line({ time: new Date().toISOString(), level: recordLevel, ...record })
    },
    notice(noticeLevel, message) {
      if (level === 'silent' || (level === 'error' && noticeLevel === 'info')) return
      line({ time: new Date().toISOString(), level: noticeLevel, message })
    },
  }
}

const CAUSE_CHARACTERS = 300

/**
 * A cause in one short line. Errors of ali-oss carry the request with its body and headers in `params`, a truncated
 * read even carries object bytes in `message`: only name, code, status and the printable beginning of the message go out.
 */
export function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause
  const { code, status } = cause as { code?: unknown; status?: unknown }
  const message = cause.message.replace(/[^\x20-\x7e]+/g, '?').slice(0, CAUSE_CHARACTERS)
  const marks = [cause.name, typeof code === 'string' ? code : '', typeof status === 'number' ? String(status) : '']
  return `${marks.filter((mark) => mark !== '').join(' ')}: ${message}`
}
