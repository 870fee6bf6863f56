// `npm run build`: dist/ holds exactly what is deployed: the entries bundled, and sharp for linux-x64 with glibc,
// whatever machine this runs on.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'

const ROOT = resolve(fileURLToPath(import.meta.url), '../..')

/** sharp cannot be bundled (it loads a binary at run time); these packages are all it needs. */
const SHARP_PACKAGES = [
  'sharp',
  '@img/colour',
  '@img/sharp-linux-x64',
  '@img/sharp-libvips-linux-x64',
  'detect-libc',
  'semver',
]

export async function buildFunction(outDir: string): Promise<void> {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  await build({
    absWorkingDir: ROOT,
    entryPoints: { web: 'src/entry/web.ts', index: 'src/entry/event.ts', worker: 'src/entry/worker.ts' },
    outdir: outDir,
    bundle: true,
    platform: 'node',
    target: 'node20.10',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    // Names stay: they are in stack traces and in the names of errors.
    keepNames: true,
    legalComments: 'none',
    // proxy-agent is an optional dependency of ali-oss's HTTP client, used only where a proxy is configured.
    external: ['sharp', 'proxy-agent'],
    logLevel: 'warning',
  })
  // Whatever package.json lies above says otherwise.
  writeFileSync(join(outDir, 'package.json'), '{"type":"commonjs"}\n')
  const modules = sharpModules()
  for (const name of SHARP_PACKAGES) {
    cpSync(join(modules, name), join(outDir, 'node_modules', name), { recursive: true, dereference: true })
  }
}

/** The folder that has sharp's packages for linux-x64: our own on such a machine, else a fresh download of them. */
function sharpModules(): string {
  const own = join(ROOT, 'node_modules')
  if (existsSync(join(own, '@img/sharp-linux-x64'))) return own
  const { version } = JSON.parse(readFileSync(join(own, 'sharp/package.json'), 'utf8')) as { version: string }
  const folder = mkdtempSync(join(tmpdir(), 'sharp-linux-x64-'))
  const platform = ['--os=linux', '--cpu=x64', '--libc=glibc']
  execFileSync('npm', ['install', '--no-save', '--prefix', folder, ...platform, `sharp@${version}`], {
    stdio: 'inherit',
  })
  return join(folder, 'node_modules')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outDir = join(ROOT, 'dist')
  await buildFunction(outDir)
  process.stdout.write(`built ${outDir}\n`)
}
