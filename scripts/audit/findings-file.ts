// Findings as CSV, one after the other; a run that goes on cuts off what was written behind its checkpoint.
import { createReadStream, ftruncateSync, mkdirSync, openSync, closeSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

import { parse } from 'csv-parse'
import { stringify } from 'csv-stringify/sync'

import type { Finding } from './finding.ts'

export interface Row extends Finding {
  /** What --fix did; empty without it. */
  fixed: string
}

export interface FindingsFile {
  append(rows: readonly Row[]): void
  /** Bytes so far, for the checkpoint. */
  length(): number
  close(): void
}

const COLUMNS = ['kind', 'key', 'sourceKey', 'reason', 'fixed'] as const

/** @param keep bytes that an earlier run wrote up to its checkpoint; undefined: begin anew. */
export function openFindings(file: string, keep: number | undefined): FindingsFile {
  mkdirSync(dirname(file), { recursive: true })
  const handle = openSync(file, keep === undefined ? 'w' : 'a+')
  let length = keep ?? 0
  if (keep !== undefined) ftruncateSync(handle, keep)
  const write = (rows: readonly (readonly string[])[]) => {
    length += writeSync(handle, stringify(rows.map((row) => [...row])))
  }
  if (keep === undefined) write([COLUMNS])
  return {
    append: (rows) => {
      if (rows.length > 0) write(rows.map((row) => COLUMNS.map((name) => row[name])))
    },
    length: () => length,
    close: () => closeSync(handle),
  }
}

/** The first findings of a file. */
export async function readFindings(file: string, most: number): Promise<Row[]> {
  const rows = createReadStream(file).pipe(parse({ columns: true, to: most }))
  const found: Row[] = []
  for await (const row of rows as AsyncIterable<Row>) found.push(row)
  return found
}
