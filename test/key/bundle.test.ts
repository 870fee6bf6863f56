import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { buildSync } from 'esbuild'

/** The edge adds its own few lines to this and must stay under 20 KB. */
const MAX_BYTES = 17_250

const ROOM = path.join(process.cwd(), 'src/key')

it('what the edge bundles is small and depends on nothing', () => {
  const built = buildSync({
    stdin: {
      contents:
        "export { edgeKey } from './edge-key.ts'; export { pickFormat } from './accept.ts'; export { decodeKey } from './decode.ts'",
      resolveDir: ROOM,
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    write: false,
  })
  expect(built.outputFiles[0]?.contents.length).toBeLessThan(MAX_BYTES)
})

it('no file of the room imports from outside of it', () => {
  const files = readdirSync(ROOM, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(30)
  for (const file of files) {
    const source = readFileSync(path.join(ROOM, file), 'utf8')
    for (const [, target = ''] of source.matchAll(/\bfrom '([^']+)'/g)) {
      expect(target).toMatch(/^\.\.?\//)
      expect(path.relative(ROOM, path.resolve(ROOM, path.dirname(file), target))).not.toMatch(/^\.\./)
    }
  }
})
