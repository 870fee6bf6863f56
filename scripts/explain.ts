// `npm run explain`: what a requested key means, or why it is refused.
import { existsSync, readFileSync } from 'node:fs'

import { ConfigError } from '../src/config.ts'
import { EXIT, fail, readArgs } from './args.ts'
import { LANGUAGES, printReport } from './explain/print.ts'
import { reportOn } from './explain/report.ts'
import { readExplainSettings } from './explain/settings.ts'

const HELP = `
npm run explain -- KEY [--sign] [--json] [--lang en|zh]

Says what a key of the compressed bucket means: original, steps, canonical key, what is read and what is stored, or why
it is refused (exit 1). KEY may be a whole address, also one with a query such as ?x-oss-process=image/resize,w_200.
Uses DIALECTS, STYLES, ALLOW, SIGNING_KEY and SOURCE_PREFIXES from the environment and .env.
  --sign   signs the key with the first SIGNING_KEY and explains the result
  --json   the same as one line of JSON
  --lang   language of the text (default en)
`

const { values, positionals } = readArgs(
  {
    sign: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    lang: { type: 'string', default: 'en' },
  },
  HELP,
)
const [key, ...more] = positionals
if (key === undefined || more.length > 0) {
  fail(EXIT.usage, `Expected one key (in quotes if it has blanks), got ${positionals.length}.\n${HELP}`)
}
const language = LANGUAGES.find((known) => known === values.lang)
if (language === undefined)
  fail(EXIT.usage, `--lang: Expected ${LANGUAGES.join(' or ')}, got «${values.lang}».\n${HELP}`)

try {
  const settings = readExplainSettings(process.env, existsSync('.env') ? readFileSync('.env', 'utf8') : '')
  const report = reportOn(key, values.sign, settings)
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : printReport(report, language))
  process.exitCode = report.refusal === undefined ? EXIT.ok : EXIT.wrong
} catch (error) {
  if (error instanceof ConfigError || error instanceof RangeError) fail(EXIT.wrong, error.message)
  throw error
}
