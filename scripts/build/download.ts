// sharp's binaries for Function Compute on a machine that has others (macOS, Windows, arm64, musl).
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One package as package-lock.json pins it. */
export interface Pinned {
  name: string
  version: string
  /** sha512, as the lock file has it. */
  integrity: string
}

/** What package-lock.json says of a package. @throws Error where it says nothing. */
export function pinned(lockFile: string, name: string, version: string): Pinned {
  const lock = JSON.parse(readFileSync(lockFile, 'utf8')) as {
    packages?: Record<string, { version?: string; integrity?: string }>
  }
  const entry = lock.packages?.[`node_modules/${name}`]
  if (entry?.version !== version || entry.integrity === undefined) {
    throw new Error(`Expected ${name} ${version} in ${lockFile}, got ${entry?.version ?? 'nothing'}. Run npm install.`)
  }
  return { name, version, integrity: entry.integrity }
}

/**
 * Downloads packages with npm, whatever platform they are for, into a new node_modules folder; the caller removes it.
 * `npm pack` and not `npm install --os … --cpu … --libc …`: several versions of npm leave the binaries out then
 * (https://github.com/npm/cli/issues/7406).
 * @throws Error when bytes are not those of the lock file.
 */
export function download(packages: readonly Pinned[]): string {
  const modules = mkdtempSync(join(tmpdir(), 'sharp-linux-x64-'))
  try {
    for (const { name, version, integrity } of packages) {
      const [packed] = JSON.parse(
        npm(['pack', `${name}@${version}`, '--pack-destination', modules, '--json', '--silent']),
      ) as [{ filename: string }]
      // npm 9 and earlier print the scope as it is; the file has it flattened.
      const archive = join(modules, packed.filename.replace(/^@/, '').replace('/', '-'))
      const got = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
      if (got !== integrity) {
        throw new Error(`Expected ${name}@${version} with ${integrity} (package-lock.json), got ${got}.`)
      }
      const folder = join(modules, name)
      mkdirSync(folder, { recursive: true })
      execFileSync('tar', ['-xzf', archive, '-C', folder, '--strip-components=1'])
      rmSync(archive)
    }
    return modules
  } catch (error) {
    rmSync(modules, { recursive: true, force: true })
    throw error
  }
}

function npm(given: string[]): string {
  // npm is a script on Windows, which only a shell starts; nothing here comes from outside.
  const shell = process.platform === 'win32'
  return execFileSync(shell ? 'npm.cmd' : 'npm', given, {
    encoding: 'utf8',
    env: process.env,
    shell,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
