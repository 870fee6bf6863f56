// The entries as esbuild bundles them: CommonJS for Node 20.10, each a file of its own beside the SDK they share.
import { join } from 'node:path'

import { build, type Plugin } from 'esbuild'

/** The built files of our own code. */
export const BUNDLES = {
  web: 'src/entry/web.ts',
  index: 'src/entry/event.ts',
  worker: 'src/entry/worker.ts',
  'ali-oss': 'ali-oss',
  svgo: 'svgo',
} as const

/**
 * ali-oss is most of the code and both entries load it, late: as a file of its own it is shipped once, and a start reads it
 * while the first worker starts. svgo is as large as all of a worker, and only an SVG needs it.
 */
const librariesBeside: Plugin = {
  name: 'libraries beside the entries',
  setup({ onResolve }) {
    onResolve({ filter: /^(ali-oss|svgo)$/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: `./${path}.js`, external: true },
    )
  },
}

/** Writes the bundles into `outDir`. */
export async function bundle(root: string, outDir: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: {
      ...BUNDLES,
      'ali-oss': join(root, 'node_modules/ali-oss'),
      // Its build for Node reads files beside itself, which a bundle does not have.
      svgo: join(root, 'node_modules/svgo/dist/svgo.browser.js'),
    },
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
    plugins: [librariesBeside],
    logLevel: 'warning',
  })
}
