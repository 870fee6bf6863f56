// `npm run build`: dist/ holds exactly what is deployed: the entries bundled, and sharp for linux-x64 with glibc,
// whatever machine this runs on. TEXT_FONT_FILE (environment or .env) adds the font for text watermarks.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { parse } from 'dotenv'
import { build } from 'esbuild'

import { readArgs } from './args.ts'

const ROOT = resolve(fileURLToPath(import.meta.url), '../..')

/** sharp cannot be bundled (it loads a binary at run time); these packages and its binaries are all it needs. */
const SHARP_PACKAGES = ['sharp', '@img/colour', 'detect-libc', 'semver']
const FUNCTION_BINARIES = ['@img/sharp-linux-x64', '@img/sharp-libvips-linux-x64']

export interface BuildOptions {
  /** Where the function will run: on Function Compute, or on this machine as it is. */
  for: 'function-compute' | 'here'
  /** TrueType or OpenType font for text watermarks. */
  fontFile?: string | undefined
}

export async function buildFunction(outDir: string, options: BuildOptions): Promise<void> {
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
  const here = options.for === 'here'
  const modules = here ? join(ROOT, 'node_modules') : sharpModules()
  const binaries = here ? readdirSync(join(modules, '@img')).map((name) => `@img/${name}`) : FUNCTION_BINARIES
  for (const name of new Set([...SHARP_PACKAGES, ...binaries])) {
    cpSync(join(modules, name), join(outDir, 'node_modules', name), { recursive: true, dereference: true })
  }
  if (options.fontFile !== undefined) {
    if (!existsSync(options.fontFile))
      throw new Error(`Expected a font file, got «${options.fontFile}», which is not there.`)
    mkdirSync(join(outDir, 'fonts'))
    cpSync(options.fontFile, join(outDir, 'fonts', 'text.ttf'))
  }
}

/** TEXT_FONT_FILE of the environment, else of .env. */
export function fontFileSetting(): string | undefined {
  const fromFile = existsSync(join(ROOT, '.env')) ? parse(readFileSync(join(ROOT, '.env'))) : {}
  return process.env['TEXT_FONT_FILE'] || fromFile['TEXT_FONT_FILE'] || undefined
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
  const { values } = readArgs(
    { here: { type: 'string' } },
    `
npm run build               what is deployed, in dist/
npm run build -- --here DIR the same for this machine, in DIR (what the tests start where it is not linux-x64)
`,
  )
  const outDir = values.here === undefined ? join(ROOT, 'dist') : resolve(values.here)
  await buildFunction(outDir, {
    for: values.here === undefined ? 'function-compute' : 'here',
    fontFile: fontFileSetting(),
  })
  process.stdout.write(`built ${outDir}\n`)
}
