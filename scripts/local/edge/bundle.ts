// The edge routine as it is deployed: one file, minified, its settings inside.
import { build } from 'esbuild'

/** Already read and checked, as src/entry/edge-settings.ts has them. */
export interface EdgeBundleSettings {
  /** Address of the compressed bucket. */
  bucketUrl: string
  dialects: readonly string[]
  styles: Readonly<Record<string, string>>
}

/**
 * The routine's code.
 * @param format esm is what the platform takes; iife puts the exports into a global `routine`.
 * @throws RangeError for an address that is none.
 */
export async function bundleEdge(
  { bucketUrl, dialects, styles }: EdgeBundleSettings,
  format: 'esm' | 'iife',
): Promise<string> {
  const bucketOrigin = bucketUrl.replace(/\/+$/, '')
  if (!/^https?:\/\/[^/?#@\s]+(?:\/[^?#\s]*)?$/.test(bucketOrigin)) {
    throw new RangeError(`Expected the bucket's address such as https://img.example.com, got «${bucketUrl}»`)
  }
  const result = await build({
    absWorkingDir: process.cwd(),
    entryPoints: ['src/entry/edge.ts'],
    bundle: true,
    minify: true,
    platform: 'neutral',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    format,
    ...(format === 'iife' ? { globalName: 'routine' } : {}),
    define: { EDGE_SETTINGS: JSON.stringify({ bucketOrigin, keySettings: { dialects, styles, allow: 'open' } }) },
    write: false,
    logLevel: 'warning',
  })
  return result.outputFiles[0]?.text ?? ''
}
