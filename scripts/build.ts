// `npm run build`: dist/ holds exactly what is deployed: bootstrap, the entries bundled, and sharp for linux-x64 with glibc,
// whatever machine this runs on. TEXT_FONT_FILE (environment or .env) adds the font for text watermarks.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { parse } from 'dotenv'

import { readArgs } from './args.ts'
import { bundle } from './build/bundle.ts'
import { download, pinned } from './build/download.ts'
import { seal } from './build/seal.ts'
import { binaryVersion, FUNCTION_BINARIES, installedBinaries, shipSharp } from './build/sharp.ts'

const ROOT = resolve(fileURLToPath(import.meta.url), '../..')
const MODULES = join(ROOT, 'node_modules')

export interface BuildOptions {
  /** Where the function will run: on Function Compute, or on this machine as it is. */
  for: 'function-compute' | 'here'
  /** TrueType or OpenType font for text watermarks. */
  fontFile?: string | undefined
  /** Fetch sharp's binaries even where this machine has the right ones. */
  download?: boolean
}

/** Builds beside `outDir` and takes its place at the end: a build that fails leaves the last one as it was. */
export async function buildFunction(outDir: string, options: BuildOptions): Promise<void> {
  if (options.fontFile !== undefined && !existsSync(options.fontFile)) {
    throw new Error(`Expected a font file, got «${options.fontFile}», which is not there.`)
  }
  const made = `${outDir}.${process.pid}.new`
  try {
    mkdirSync(made, { recursive: true })
    await bundle(ROOT, made)
    // Whatever package.json lies above says otherwise.
    writeFileSync(join(made, 'package.json'), '{"type":"commonjs"}\n')
    cpSync(join(ROOT, 'src/entry/bootstrap.sh'), join(made, 'bootstrap'))
    if (options.for === 'here') {
      shipSharp(MODULES, { names: installedBinaries(MODULES), modules: MODULES }, join(made, 'node_modules'))
    } else shipForFunctionCompute(join(made, 'node_modules'), options.download === true)
    if (options.fontFile !== undefined) {
      mkdirSync(join(made, 'fonts'))
      cpSync(options.fontFile, join(made, 'fonts', 'text.ttf'))
    }
    seal(made)
    takePlace(made, outDir)
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/** TEXT_FONT_FILE of the environment, else of .env. */
export function fontFileSetting(): string | undefined {
  const fromFile = existsSync(join(ROOT, '.env')) ? parse(readFileSync(join(ROOT, '.env'))) : {}
  return process.env['TEXT_FONT_FILE'] || fromFile['TEXT_FONT_FILE'] || undefined
}

function shipForFunctionCompute(target: string, always: boolean): void {
  const names = FUNCTION_BINARIES
  if (!always && names.every((name) => existsSync(join(MODULES, name)))) {
    shipSharp(MODULES, { names, modules: MODULES }, target)
    return
  }
  const lock = join(ROOT, 'package-lock.json')
  const modules = download(names.map((name) => pinned(lock, name, binaryVersion(MODULES, name))))
  try {
    shipSharp(MODULES, { names, modules }, target)
  } finally {
    rmSync(modules, { recursive: true, force: true })
  }
}

function takePlace(made: string, outDir: string): void {
  const old = `${outDir}.${process.pid}.old`
  mkdirSync(dirname(outDir), { recursive: true })
  if (existsSync(outDir)) renameSync(outDir, old)
  renameSync(made, outDir)
  rmSync(old, { recursive: true, force: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = readArgs(
    {
      here: { type: 'string' },
      out: { type: 'string', default: 'dist' },
      download: { type: 'boolean', default: false },
    },
    `
npm run build               what is deployed, in dist/: for linux-x64 with glibc, whatever machine this is
  --out DIR                 in DIR instead
  --download                sharp's binaries from the registry even where this machine has the right ones
npm run build -- --here DIR the same for this machine, in DIR (what the tests start where it is not linux-x64)
`,
  )
  const outDir = values.here === undefined ? resolve(ROOT, values.out) : resolve(values.here)
  await buildFunction(outDir, {
    for: values.here === undefined ? 'function-compute' : 'here',
    fontFile: fontFileSetting(),
    download: values.download,
  })
  process.stdout.write(`built ${outDir}\n`)
}
