// Keys from files: a list with a key a line, or an inventory of the originals bucket.
// https://help.aliyun.com/en/oss/user-guide/bucket-inventory
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'

import { parse } from 'csv-parse'

import { EXIT, fail } from '../args.ts'
import { decodeListed } from '../listing/bucket.ts'
import { linesOf } from '../running/lines.ts'
import type { WarmSource, WarmStep } from './source.ts'
import type { Wanted } from './wanted.ts'

/** One line or row. */
interface Entry {
  keys: readonly string[]
  sourceBytes: number | undefined
}

const PAGE_RECORDS = 500

/** @param files of keys, one a line. */
export function fromKeyLists(files: readonly string[], wanted: Wanted): WarmSource {
  return fromFiles(files, async function* read(file, consumed) {
    for await (const line of linesOf(open(file, consumed))) {
      const key = line.replace(/^\uFEFF|\r$/g, '')
      yield { keys: key === '' ? [] : wanted.ofAsked(key), sourceBytes: undefined }
    }
  })
}

/** What an inventory without its manifest has in its columns: the two fixed ones, and the size if it was asked for first. */
const USUAL_COLUMNS = ['Bucket', 'Key', 'Size']

/**
 * @param named manifest.json, or CSV files (.gz or not).
 * @param columns names of the columns where no manifest says them.
 */
export function fromInventory(
  named: readonly string[],
  columns: readonly string[] | undefined,
  wanted: Wanted,
): WarmSource {
  const { files, schema } = inventoryFiles(named, columns ?? USUAL_COLUMNS)
  const at = (name: string) => schema.findIndex((column) => column.toLowerCase() === name.toLowerCase())
  const [key, size, latest, marker] = [at('Key'), at('Size'), at('IsLatest'), at('IsDeleteMarker')]
  if (key < 0) fail(EXIT.usage, `Expected a column Key in the inventory, got ${schema.join(', ')}.`)
  return fromFiles(files, async function* read(file, consumed) {
    const rows = parse({ relax_column_count: true, skip_empty_lines: true, bom: true })
    pipeline(open(file, consumed), rows, () => undefined)
    for await (const row of rows as AsyncIterable<string[]>) {
      const bytes = Number(row[size])
      // Only what a reader gets: the latest version, if it is not a deletion.
      const current = row[latest] !== 'false' && row[marker] !== 'true'
      const sourceKey = current ? nameIn(row[key] ?? '') : undefined
      const isEmpty = row[size] !== undefined && bytes === 0
      yield {
        keys: sourceKey === undefined || isEmpty ? [] : wanted.of(sourceKey),
        sourceBytes: Number.isInteger(bytes) ? bytes : undefined,
      }
    }
  })
}

function fromFiles(
  files: readonly string[],
  read: (file: string, consumed: (bytes: number) => void) => AsyncIterable<Entry>,
): WarmSource {
  for (const file of files) {
    if (!existsSync(file)) fail(EXIT.usage, `Expected a file, got «${file}», which is not there.`)
  }
  return {
    unit: 'bytes of the list',
    total: files.reduce((sum, file) => sum + statSync(file).size, 0),
    start: { records: 0, bytes: 0 },
    async *pages(from) {
      const skip = 'records' in from ? from.records : 0
      let position = { records: 0, bytes: 0 }
      let bytes = 0
      let steps: WarmStep[] = []
      for (const file of files) {
        const consumed = (count: number) => {
          bytes += count
        }
        for await (const { keys, sourceBytes } of read(file, consumed)) {
          const behind = { records: position.records + 1, bytes }
          for (const key of behind.records <= skip ? [] : keys) {
            const item = { key, sourceBytes, listedMissing: false }
            steps.push({ item, position: key === keys.at(-1) ? behind : undefined, there: 0, stale: 0 })
          }
          position = behind
          if (position.records % PAGE_RECORDS !== 0 || position.records <= skip) continue
          yield [...steps, { item: undefined, position, there: 0, stale: 0 }]
          steps = []
        }
      }
      yield [...steps, { item: undefined, position, there: 0, stale: 0 }]
    },
  }
}

/** Facts by which a later run sees that the files are still the same. */
export function fileFacts(files: readonly string[]): string[] {
  return files.map((file) => {
    const path = resolve(file)
    if (!existsSync(path)) return path
    const { size, mtimeMs } = statSync(path)
    return `${path} ${size} ${mtimeMs}`
  })
}

/** Contents, unpacked where the name ends in .gz. Errors come out of the stream that is returned. */
function open(file: string, consumed: (bytes: number) => void): NodeJS.ReadableStream {
  const raw = createReadStream(file)
  raw.on('data', (chunk: string | Buffer) => consumed(chunk.length))
  if (!file.endsWith('.gz')) return raw
  return pipeline(raw, createGunzip(), () => undefined)
}

/** `dir%2Fphoto.jpg` → `dir/photo.jpg`; undefined for what is no encoded name (a heading, say). */
function nameIn(cell: string): string | undefined {
  try {
    return cell === '' || cell === 'Key' ? undefined : decodeListed(cell)
  } catch {
    return undefined
  }
}

interface Manifest {
  fileSchema?: string
  files?: { key: string }[]
}

/** A manifest names its files by their keys in the bucket: they are looked for beside it and where the bucket has them. */
function inventoryFiles(
  named: readonly string[],
  columns: readonly string[],
): { files: string[]; schema: readonly string[] } {
  const [first = ''] = named
  if (!first.endsWith('.json')) return { files: [...named], schema: columns }
  if (named.length > 1) fail(EXIT.usage, `Expected one manifest, got ${named.join(', ')}.`)
  if (!existsSync(first)) fail(EXIT.usage, `Expected a manifest, got «${first}», which is not there.`)
  const { fileSchema = '', files = [] } = JSON.parse(readFileSync(first, 'utf8')) as Manifest
  const folder = dirname(first)
  const found = files.map(({ key }) => {
    const places = [
      join(folder, basename(key)),
      join(folder, 'data', basename(key)),
      join(folder, '..', 'data', basename(key)),
    ]
    return places.find((place) => existsSync(place)) ?? fail(EXIT.usage, `Expected ${places.join(' or ')}, found none.`)
  })
  return { files: found, schema: fileSchema.split(',').map((column) => column.trim()) }
}
