// The entries as esbuild bundles them: CommonJS for Node 20.10, each a file of its own beside the SDK they share.
import { join } from 'node:path'

import { build, type Plugin } from 'esbuild'

/** The built files of our own code. */
export const BUNDLES = {
  web: 'src/entry/web.ts',
  index: 'src/entry/event.ts',
  worker: 'src/entry/worker.ts',
  'ali-oss': 'ali-oss',
  'iconv-lite': 'iconv-lite',
  svgo: 'svgo',
} as const

/**
 * ali-oss is most of the code and both entries load it, late: as a file of its own it is shipped once, and a start reads it
 * while the first worker starts. svgo is as large as all of a worker, and only an SVG needs it; iconv-lite is nearly half of the
 * SDK's code, and only an answer in another character set would need it.
 */
const librariesBeside: Plugin = {
  name: 'libraries beside the entries',
  setup({ onResolve }) {
    onResolve({ filter: /^(ali-oss|svgo|iconv-lite)$/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: `./${path}.js`, external: true },
    )
  },
}

/**
 * Loaded by ali-oss at every start and never used in here: `platform` describes browsers (without a description the SDK writes
 * its own), xmlbuilder is what xml2js writes XML with, and the SDK only reads it so. A seventh of what loading it takes.
 */
const leftOut: Plugin = {
  name: 'what the SDK loads in vain',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(platform|xmlbuilder)$/ }, ({ path }) => ({ path, namespace: 'left-out' }))
    onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: 'module.exports = {}', loader: 'js' }))
  },
}

/** Writes the bundles into `outDir`. */
export async function bundle(root: string, outDir: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: {
      ...BUNDLES,
      'ali-oss': join(root, 'node_modules/ali-oss'),
      'iconv-lite': join(root, 'node_modules/iconv-lite'),
      // Its build for Node reads files beside itself, which a bundle does not have.
      svgo: join(root, 'node_modules/svgo/dist/svgo.browser.js'),
    },
    outdir: outDir,
    bundle: true,
    platform: 'node',
    target: 'node20.10',
    format: 'cjs',
    // As require(): through the loader of modules, a late library takes 35 ms longer, which a cold start waits for.
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
    // Names stay: they are in stack traces and in the names of errors.
    keepNames: true,
    legalComments: 'none',
    // proxy-agent is an optional dependency of ali-oss's HTTP client, used only where a proxy is configured.
    external: ['sharp', 'proxy-agent'],
    plugins: [librariesBeside, leftOut],
    logLevel: 'warning',
  })
}
