// multipart/form-data as browsers send it: small fields, then one file that is streamed. RFC 7578.

import { OssError } from '../error.ts'

export interface FormFile {
  /** Undefined when the part names none. */
  filename: string | undefined
  contentType: string | undefined
  /** Must be read to its end. */
  bytes: AsyncIterable<Buffer>
}

export interface Form {
  /** By lower-case name; of a repeated field the first. */
  fields: Map<string, string>
  file: FormFile
}

// All that comes before the file; a policy is a few hundred bytes.
const MAX_FIELD_BYTES = 256 * 1024
const MAX_HEAD_BYTES = 8 * 1024
const CRLF = Buffer.from('\r\n')

/**
 * Reads fields up to the part named `file`. What follows the file is ignored, as OSS documents.
 * @throws OssError 400 for what is no such form
 */
export async function readForm(source: AsyncIterable<Buffer>, contentType: string): Promise<Form> {
  const boundary = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)
  const name = boundary?.[1] ?? boundary?.[2]
  if (name === undefined) throw malformed('Expected multipart/form-data with a boundary.')
  const delimiter = Buffer.from(`\r\n--${name}`, 'latin1')
  const reader = cutter(source)
  // The first boundary stands at the very beginning, without a line break before it.
  await reader.until(delimiter.subarray(2), MAX_HEAD_BYTES)
  const fields = new Map<string, string>()
  for (let left = MAX_FIELD_BYTES; ;) {
    const lineEnd = await reader.until(CRLF, MAX_HEAD_BYTES)
    if (lineEnd.toString('latin1').trim() === '--') throw malformed('Expected a field named file.', 'file')
    const head = readHead((await reader.until(Buffer.from('\r\n\r\n'), MAX_HEAD_BYTES)).toString('utf8'))
    if (head.name.toLowerCase() === 'file') {
      const { filename, contentType: type } = head
      return { fields, file: { filename, contentType: type, bytes: reader.stream(delimiter) } }
    }
    const value = await reader.until(delimiter, left)
    left -= value.length
    const key = head.name.toLowerCase()
    if (!fields.has(key)) fields.set(key, value.toString('utf8'))
  }
}

function readHead(text: string): { name: string; filename: string | undefined; contentType: string | undefined } {
  const lines = new Map(
    text.split('\r\n').map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const disposition = lines.get('content-disposition') ?? ''
  const name = /[;\s]name="([^"]*)"/i.exec(disposition)?.[1]
  if (name === undefined) throw malformed('Expected a form part with a name.')
  return {
    name,
    filename: /[;\s]filename="([^"]*)"/i.exec(disposition)?.[1],
    contentType: lines.get('content-type'),
  }
}

interface Cutter {
  /** Bytes up to a mark, which is consumed. */
  until(mark: Buffer, limit: number): Promise<Buffer>
  /** The same as a stream of any length; the mark and what follows it are read and dropped. */
  stream(mark: Buffer): AsyncIterable<Buffer>
}

function cutter(source: AsyncIterable<Buffer>): Cutter {
  const chunks = source[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  const more = async (): Promise<boolean> => {
    const next = await chunks.next()
    if (next.done) return false
    held = held.length > 0 ? Buffer.concat([held, next.value]) : next.value
    return true
  }
  return {
    async until(mark, limit) {
      for (;;) {
        const at = held.indexOf(mark)
        if (at > limit || (at < 0 && held.length > limit + mark.length)) throw malformed('A field is too long.')
        if (at >= 0) {
          const bytes = held.subarray(0, at)
          held = held.subarray(at + mark.length)
          return bytes
        }
        if (!(await more())) throw malformed('The form ends too early.')
      }
    },
    async *stream(mark) {
      for (;;) {
        const at = held.indexOf(mark)
        if (at >= 0) {
          if (at > 0) yield held.subarray(0, at)
          held = Buffer.alloc(0)
          while (await more()) held = Buffer.alloc(0)
          return
        }
        // What may be the beginning of the mark waits for the next chunk.
        const sure = held.length - mark.length + 1
        if (sure > 0) {
          yield held.subarray(0, sure)
          held = held.subarray(sure)
        }
        if (!(await more())) throw malformed('The form ends too early.')
      }
    },
  }
}

function malformed(message: string, argument?: string): OssError {
  const code = argument === undefined ? 'MalformedPOSTRequest' : 'InvalidArgument'
  return new OssError(400, code, message, argument === undefined ? {} : { ArgumentName: argument })
}
