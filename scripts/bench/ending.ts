// What must not outlive the benchmark, however it ends: processes, servers, folders.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const open = new Set<() => Promise<unknown>>()

/** @returns `close`, which is also called when the benchmark is stopped before. */
export function closing(close: () => Promise<unknown>): () => Promise<void> {
  const once = async () => {
    if (open.delete(once)) await close()
  }
  open.add(once)
  return once
}

/** Ctrl-C and SIGTERM close everything first. */
export function closeOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      void Promise.allSettled([...open].map((close) => close())).then(() =>
        process.exit(signal === 'SIGINT' ? 130 : 143),
      )
    })
}

const folders: string[] = []

/** A folder of its own, gone when the process ends. */
export function temporaryFolder(): string {
  if (folders.length === 0)
    process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))
  const folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-bench-'))
  folders.push(folder)
  return folder
}
