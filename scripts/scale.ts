// `npm run scale`: what it takes to have everything made of very many originals, before anybody pays for it.
import { EXIT, fail, readArgs } from './args.ts'
import { inBytes, inCount, inTable, inTime } from './running/words.ts'
import { figuresOf, type ScaleInput } from './scale/figures.ts'
import { play, seeded } from './scale/simulate.ts'

/** What is not asked: limits as documented (docs/costs-and-limits.md), the function as s.yaml has it, pictures as many are. */
const DEFAULTS: ScaleInput = {
  originals: 100_000_000,
  perOriginal: 1,
  there: 0,
  originalBytes: 2_000_000,
  madeBytes: 700_000,
  cpuSeconds: 1,
  vcpu: 2,
  memoryGb: 2,
  perInstance: 8,
  instances: 300,
  mirrorQps: 2000,
  readersShare: 0.5,
  mirrorBits: 2e9,
  shards: 4,
  concurrency: 128,
  pageSeconds: 0.2,
}

const HELP = `
npm run scale -- [--NAME VALUE …]

Requests, bytes, processor time, and how long it takes; nothing is asked of anybody. Prices differ and change: give yours.

${Object.entries(DEFAULTS)
  .map(([name, value]) => `  --${name.padEnd(15)} (default ${value})`)
  .join('\n')}
  --region WHERE    mainland (default) or elsewhere: the mirror's limits
  --prices LIST     what you pay, in one currency, such as cu=0.00002,gets=0.001,puts=0.01,outGb=0.1,storageGb=0.02
                    (a CU; 10,000 requests; a GB to the Internet; a GB and month)
  --seed N          of the simulation (default 1)
  --json            {input, figures, played, costs}

Exit 0 ok, 2 usage.
`

const text = { type: 'string' } as const
const { values, positionals } = readArgs(
  {
    ...(Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, text])) as Record<keyof ScaleInput, typeof text>),
    region: { type: 'string', default: 'mainland' },
    prices: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
  HELP,
)
if (positionals.length > 0) fail(EXIT.usage, `Expected options only, got «${positionals.join(' ')}».\n${HELP}`)
if (!['mainland', 'elsewhere'].includes(values.region)) fail(EXIT.usage, `Expected --region mainland or elsewhere.`)
const input: ScaleInput = {
  ...DEFAULTS,
  ...(values.region === 'elsewhere' ? { mirrorQps: 1000, mirrorBits: 1e9 } : {}),
}
for (const name of Object.keys(DEFAULTS) as (keyof ScaleInput)[]) {
  const given = values[name]
  if (given === undefined) continue
  const isShare = name === 'there' || name === 'readersShare'
  const number = Number(given)
  const fits = isShare ? number >= 0 && number < 1 : number > 0 && number < 1e15
  if (!fits) fail(EXIT.usage, `Expected --${name} to be ${isShare ? 'a share below 1' : 'above 0'}, got «${given}».`)
  input[name] = number
}

const figures = figuresOf(input)
const played = play(input, {
  count: Math.min(20_000, Math.ceil(figures.keys)),
  spread: 0.8,
  deadlineSeconds: 8,
  instancesPerMinute: 300,
  random: seeded(Number(values.seed)),
})
const costs = costsOf(readPrices(values.prices))

if (values.json) process.stdout.write(`${JSON.stringify({ input, figures, played, costs })}\n`)
else print()

function print(): void {
  const { keys, bounds, perSecond } = figures
  const gbit = ((perSecond * input.madeBytes * 8) / 1e9).toFixed(2)
  const rows = [
    ['keys to be made', inCount(keys)],
    ['pace', `${perSecond.toFixed(0)} a second (${gbit} Gbit/s), bounded by ${bounds[0]?.name ?? ''}`],
    ...bounds.slice(1).map(({ name, perSecond: pace }) => ['', `${pace.toFixed(0)} a second would be ${name}`]),
    ['how long', inTime(figures.seconds)],
    ['instances busy', figures.instancesUsed.toFixed(0)],
    ['an answer takes', `${inTime(figures.answerSeconds)} at that pace (the deadline is 8 s)`],
    [
      'simulated',
      `${played.perSecond.toFixed(0)} a second from a cold start, 99 % within ${inTime(played.p99Seconds)}, ${inCount(played.late)} of ${inCount(Math.min(20_000, keys))} asked for again`,
    ],
    [
      'listing',
      `${inCount(figures.listRequests)} requests, ${inTime(figures.listSeconds)} at least (a HEAD each: ${inCount(figures.headRequests)})`,
    ],
    ['OSS', `${inCount(figures.ossGets)} GET, ${inCount(figures.ossPuts)} PUT`],
    ['read from originals', inBytes(figures.bytesRead)],
    ['out of the function, and out of OSS', `${inBytes(figures.bytesOut)} each`],
    ['stored', `${inBytes(figures.bytesStored)} beside ${inBytes(figures.originalsBytes)} of originals`],
    [
      'Function Compute',
      `${inCount(figures.calls)} calls, ${inCount(Math.round(figures.vcpuSeconds))} vCPU·s, ${inCount(Math.round(figures.gbSeconds))} GB·s = ${inCount(Math.round(figures.cu))} CU`,
    ],
    ...Object.entries(costs).map(([name, cost]) => [`cost: ${name}`, cost.toFixed(2)]),
  ]
  process.stdout.write(inTable(['scale', ''], rows, [0, 1]))
}

function readPrices(list: string): Record<string, number> {
  const known = ['cu', 'gets', 'puts', 'outGb', 'storageGb']
  return Object.fromEntries(
    list
      .split(',')
      .filter((part) => part !== '')
      .map((part) => {
        const [name = '', price = ''] = part.split('=')
        if (known.includes(name) && /^\d+(\.\d+)?$/.test(price)) return [name, Number(price)]
        return fail(EXIT.usage, `Expected --prices with ${known.join(', ')}, such as gets=0.001, got «${part}».`)
      }),
  )
}

/** Only what a price was given for. */
function costsOf(prices: Record<string, number>): Record<string, number> {
  const { cu, gets, puts, outGb, storageGb } = prices
  // Listings are billed as PUT requests.
  const costs = {
    'Function Compute': cu === undefined ? undefined : figures.cu * cu,
    'OSS reads': gets === undefined ? undefined : (figures.ossGets / 10_000) * gets,
    'OSS writes and listings':
      puts === undefined ? undefined : ((figures.ossPuts + figures.listRequests) / 10_000) * puts,
    'to the Internet, function and warm': outGb === undefined ? undefined : ((2 * figures.bytesOut) / 1e9) * outGb,
    'storage a month': storageGb === undefined ? undefined : (figures.bytesStored / 1e9) * storageGb,
  }
  return Object.fromEntries(Object.entries(costs).filter((each): each is [string, number] => each[1] !== undefined))
}
