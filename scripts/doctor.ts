// `npm run doctor`: looks at a deployment from outside and says what is wrong with it.
import { EXIT, fail, readArgs } from './args.ts'
import { DEPLOYMENT_HELP, DEPLOYMENT_OPTIONS, readDeployment } from './deployment/live.ts'
import type { Result } from './doctor/check.ts'
import { COLOURED, lineOf, PLAIN, summary } from './doctor/print.ts'

const HELP = `
npm run doctor -- [--local] [--wait SECONDS] [--prefix PREFIX] [--json]

Checks a deployment from outside: access, buckets, roles, rule, function, then a picture of its own on its way through the
mirror. A line per check: ✓, ✗ with cause and fix, – where it could not be checked. What it uploads it removes again,
also after Ctrl-C. docs/doctor.md lists the checks.${DEPLOYMENT_HELP}
  --wait SECONDS   how long a replaced or deleted original may take to reach readers (default 60)
  --prefix PREFIX  where test objects are put (default: the first of SOURCE_PREFIXES)
  --json           a JSON array of {check, title, ok: true, false or null, note, cause, fix, ms} instead of lines
Exit 0: everything was checked and is right; 1: something is wrong or could not be checked; 2: wrong usage.
`

const { values } = readArgs(
  {
    ...DEPLOYMENT_OPTIONS,
    wait: { type: 'string', default: '60' },
    prefix: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  HELP,
)
if (!/^[0-9]{1,4}$/.test(values.wait))
  fail(EXIT.usage, `--wait: Expected whole seconds, got «${values.wait}».\n${HELP}`)
const deployment = readDeployment(values)

const stop = new AbortController()
const stopping = () => {
  if (stop.signal.aborted) process.exit(EXIT.wrong)
  stop.abort()
  process.stderr.write('\nStopping; test objects are being removed. Ctrl-C again leaves them there.\n')
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stopping)

const style = process.stdout.isTTY && process.env['NO_COLOR'] === undefined ? COLOURED : PLAIN
// A change may take a minute to arrive; what is being looked at stands there meanwhile.
const showProgress = !values.json && process.stdout.isTTY && process.stderr.isTTY
const onStart = (title: string) => {
  if (showProgress) process.stderr.write(`\r\x1b[K… ${title}`)
}
const onResult = (result: Result) => {
  if (showProgress) process.stderr.write('\r\x1b[K')
  if (!values.json) process.stdout.write(lineOf(result, style))
}
// Half a second of SDKs, which --help and a wrong option can do without.
const { examine } = await import('./doctor/examine.ts')
const results = await examine(deployment, {
  limits: { eventsMs: Number(values.wait) * 1000 },
  ...(values.prefix === undefined ? {} : { base: values.prefix }),
  signal: stop.signal,
  onStart,
  onResult,
})
process.stdout.write(values.json ? `${JSON.stringify(results)}\n` : `\n${summary(results)}`)
process.exit(results.every(({ ok }) => ok === true) && !stop.signal.aborted ? EXIT.ok : EXIT.wrong)
