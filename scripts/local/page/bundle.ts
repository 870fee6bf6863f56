// The page's own files: one script, one style sheet and what is loaded later, made by esbuild when the page starts.
import { createHash } from 'node:crypto'
import { basename } from 'node:path'

import { build } from 'esbuild'

export interface Asset {
  contentType: string
  bytes: Buffer
}

export interface PageBundle {
  /** By path; names carry a hash of their content. */
  assets: ReadonlyMap<string, Asset>
  script: string
  style: string
}

const APP = 'scripts/local/page/app'

export async function bundlePage(): Promise<PageBundle> {
  const result = await build({
    absWorkingDir: process.cwd(),
    entryPoints: { app: `${APP}/main.tsx`, style: `${APP}/style/all.css` },
    outdir: '/assets',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    target: ['es2022', 'chrome110', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'warning',
  })
  const assets = new Map<string, Asset>()
  for (const { path, contents } of result.outputFiles) {
    const contentType = path.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8'
    assets.set(`/assets/${basename(path)}`, { contentType, bytes: Buffer.from(contents) })
  }
  const named = (start: string) => [...assets.keys()].find((path) => path.startsWith(`/assets/${start}-`)) ?? ''
  return { assets, script: named('app'), style: named('style') }
}

/** A strong validator of these bytes. */
export function etagOf(bytes: Buffer): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
}
