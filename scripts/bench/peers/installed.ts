// What the benchmark needs beyond the project's own packages, kept apart so that nobody installs it who does not measure.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** From the project's folder, where every script runs. */
export const PEERS = process.env['BENCH_PEERS'] ?? join(process.cwd(), 'scripts', 'bench', 'peers')

export const HOW_TO_INSTALL = 'npm ci --prefix scripts/bench/peers'

/** @returns the path of `inside` of an installed package; undefined where it is not installed. */
export function peerPath(...inside: string[]): string | undefined {
  const path = join(PEERS, 'node_modules', ...inside)
  return existsSync(path) ? path : undefined
}
