// `npm run build:edge`: the edge routine as one file, with the bucket's address and the settings of keys inside.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

import { EXIT, fail, readArgs } from './args.ts'
import { readExplainSettings } from './explain/settings.ts'
import { bundleEdge } from './local/edge/bundle.ts'

const HELP = `
npm run build:edge -- --bucket URL [--out FILE]

Writes the routine that stands in front of the compressed bucket (f_auto by Accept, ?x-oss-process= into keys).
  --bucket URL  where it reads: the compressed bucket's own domain, https://img.example.com
  --out FILE    default dist-edge/edge.js
DIALECTS and STYLES are taken from the environment or .env, as the function has them.
`

const { values } = readArgs({ bucket: { type: 'string' }, out: { type: 'string', default: 'dist-edge/edge.js' } }, HELP)
if (values.bucket === undefined) fail(EXIT.usage, `--bucket: Expected the bucket's address, got nothing.\n${HELP}`)
try {
  const dotEnv = existsSync('.env') ? readFileSync('.env', 'utf8') : ''
  const { dialects, styles } = readExplainSettings(process.env, dotEnv).keySettings
  const code = await bundleEdge({ bucketUrl: values.bucket, dialects, styles }, 'esm')
  mkdirSync(dirname(values.out), { recursive: true })
  writeFileSync(values.out, code)
  process.stdout.write(`built ${values.out}, ${code.length} bytes\n`)
} catch (error) {
  fail(EXIT.wrong, error instanceof Error ? error.message : String(error))
}
