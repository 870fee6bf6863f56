// sharp as it is shipped. It loads a binary at run time, so it cannot be bundled; its packages go beside the bundles, flat,
// and only with what is read at run time.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** sharp's binaries for Function Compute: linux, x64, glibc. */
export const FUNCTION_BINARIES = ['@img/sharp-linux-x64', '@img/sharp-libvips-linux-x64'] as const

/** Code, binaries and licences. sharp is loaded by require: its ES modules, types and C++ sources are not needed. */
const SHIPPED = /\.(c?js|node|dll|dylib)$|\.so(\.\d+)*$|(^|\/)(package\.json|versions\.json|LICEN[CS]E[^/]*)$/
const LEFT_OUT = /^(src|install|include|bin|node_modules)$/

/**
 * Copies sharp, what it needs and these binaries from `node_modules` folders into `target`.
 * @param modules the project's node_modules: sharp and the packages it requires, of the versions in the lock file.
 * @param binaries names of the packages with binaries, and the node_modules they lie in.
 */
export function shipSharp(
  modules: string,
  binaries: { names: readonly string[]; modules: string },
  target: string,
): void {
  const sharp = join(modules, 'sharp')
  ship(sharp, join(target, 'sharp'))
  for (const name of Object.keys(manifest(sharp).dependencies ?? {})) {
    const nested = join(sharp, 'node_modules', name)
    // Where npm puts it depends on what else is installed.
    ship(existsSync(nested) ? nested : join(modules, name), join(target, name))
  }
  for (const name of binaries.names) ship(join(binaries.modules, name), join(target, name))
}

/** Packages with binaries that are installed on this machine. */
export function installedBinaries(modules: string): string[] {
  const names = readdirSync(join(modules, '@img')).map((name) => `@img/${name}`)
  return names.filter((name) => name !== '@img/colour')
}

/** The versions sharp pins its binaries to. */
export function binaryVersion(modules: string, name: string): string {
  const version = manifest(join(modules, 'sharp')).optionalDependencies?.[name]
  if (version === undefined) throw new Error(`Expected sharp to name a version of ${name}, found none.`)
  return version
}

interface Manifest {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** One package, without what is not shipped. */
function ship(from: string, to: string): void {
  const files = filesToShip(from)
  // libvips has its licences in its README.
  if (!files.some((file) => /^LICEN[CS]E/.test(file)) && existsSync(join(from, 'README.md'))) files.push('README.md')
  for (const file of files) {
    mkdirSync(dirname(join(to, file)), { recursive: true })
    cpSync(join(from, file), join(to, file), { dereference: true })
  }
}

function filesToShip(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) return LEFT_OUT.test(entry.name) ? [] : filesToShip(folder, path)
    return SHIPPED.test(path) ? [path] : []
  })
}
