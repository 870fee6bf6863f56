// `npm run setup`: buckets, roles, mirror rule and secret of a deployment, shown first and made with --apply.
import { randomBytes } from 'node:crypto'

import { EXIT, fail, readArgs } from './args.ts'
import {
  type Deployment,
  DEPLOYMENT_OPTIONS,
  deploymentFrom,
  readDeployment,
  readEnvironment,
} from './deployment/live.ts'
import { createBuckets } from './setup/buckets.ts'
import { planSetup } from './setup/plan.ts'
import { asText, printed } from './setup/print.ts'
import { rotationStep } from './setup/rotate.ts'
import { checkMirrorUrl } from './setup/rule-step.ts'
import { planJson, planText } from './setup/show.ts'
import type { Step } from './setup/step.ts'
import { wantedRoles, wantedRule } from './setup/wanted.ts'

const HELP = `
npm run setup -- [--apply] [--json]           what is, what will be; --apply makes it so
npm run setup -- --rotate-secret [--apply]    another secret, one stage at a time, without refusing a reader
npm run setup -- --print [--json]             policies, website XML and Terraform as text; needs no keys

Makes the two buckets, the two roles with a policy each, and the mirror rule; writes a MIRROR_SECRET where there is none.
Run it twice and the second time changes nothing. docs/setup.md says what each step does and needs.
  --apply               make it so
  --function-url URL    address of the function (default FUNCTION_URL)
  --private-compressed  the compressed bucket is private, behind a CDN that signs
  --take-roles          use the roles although their policies are about other buckets
  --no-sni              without MirrorSNI, which an https address has by default
  --no-check-md5        OSS stores without comparing with Content-MD5
  --transparent CODES   statuses readers see as they are instead of 424, e.g. 400,403
  --public-fields       only fields of the rule that are in the public documents
  --env FILE            where settings and MIRROR_SECRET are kept (default .env)
  --local               the local cloud that runs here (npm start) instead of what .env describes
  --data DIR            its folder (default .local)
  --json                for programs
Exit 0: as it should be, or made so, or shown; 1: something is in the way; 2: usage.
`

const { values } = readArgs(
  {
    ...DEPLOYMENT_OPTIONS,
    apply: { type: 'boolean', default: false },
    print: { type: 'boolean', default: false },
    'rotate-secret': { type: 'boolean', default: false },
    'function-url': { type: 'string' },
    'private-compressed': { type: 'boolean', default: false },
    'take-roles': { type: 'boolean', default: false },
    'no-sni': { type: 'boolean', default: false },
    'no-check-md5': { type: 'boolean', default: false },
    transparent: { type: 'string', default: '' },
    'public-fields': { type: 'boolean', default: false },
    env: { type: 'string', default: '.env' },
    json: { type: 'boolean', default: false },
  },
  HELP,
)

const rule = {
  ...(values['no-sni'] ? { sni: false } : {}),
  checkMd5: !values['no-check-md5'],
  transparentCodes: values.transparent,
  publicFields: values['public-fields'],
}
if (!/^(?:[1-5]\d\d(?:,[1-5]\d\d)*)?$/.test(rule.transparentCodes)) {
  fail(EXIT.usage, `--transparent: Expected statuses such as 400,403, got «${rule.transparentCodes}».`)
}
// A 200 among them would be stored; OSS follows none of the 3xx any more.
if (/(^|,)[23]/.test(rule.transparentCodes)) {
  fail(EXIT.usage, '--transparent: Expected statuses of failures, 4xx or 5xx.')
}

const { deployment, secretIsNew } = readSetup()
const say = (text: string) => (values.json ? process.stderr : process.stdout).write(`${text}\n`)

try {
  if (values.print) print()
  else if (values['rotate-secret']) await rotate()
  else await setUp()
} catch (error) {
  const hint =
    error instanceof Error && error.name === 'MissingPermission'
      ? '\nnpm run setup -- --print shows the policy that setup needs.'
      : ''
  fail(EXIT.wrong, `${error instanceof Error ? error.message : String(error)}${hint}`)
}

async function setUp(): Promise<void> {
  // Half a second of SDK, which nothing but this needs.
  const { createRam } = await import('./ram.ts')
  const account = { buckets: createBuckets(deployment), ram: createRam(deployment) }
  const steps = await planSetup(deployment, account, {
    envFile: values.env,
    secretIsNew,
    functionUrl: deployment.functionUrl,
    privateCompressed: values['private-compressed'],
    takeRoles: values['take-roles'],
    rule,
  })
  await finish(steps, {}, () =>
    steps.some(({ pending }) => pending !== undefined)
      ? 'Next: npx s deploy, then FUNCTION_URL into .env, then npm run setup -- --apply once more.'
      : 'Next: npm run doctor looks at all of it from outside.',
  )
}

async function rotate(): Promise<void> {
  if (deployment.local && values.local)
    fail(EXIT.usage, 'Expected a deployment with a .env, got the local cloud, which has none.')
  if (secretIsNew) fail(EXIT.usage, 'Expected a MIRROR_SECRET to rotate, got none. Run npm run setup -- --apply first.')
  if ((process.env['MIRROR_SECRET'] ?? '') !== '') {
    fail(
      EXIT.usage,
      `Expected MIRROR_SECRET in ${values.env}, got it from the environment, which wins. Unset it there.`,
    )
  }
  const step = await rotationStep(deployment, createBuckets(deployment), values.env)
  const { stage, next } = step
  await finish([step], { stage, next }, () => `Stage ${stage} of 3. ${step.blocked === undefined ? next : ''}`)
}

/** Shows the plan, makes it so where that is asked for, and says how it ended. */
async function finish(steps: readonly Step[], more: object, next: () => string): Promise<void> {
  say(planText(steps))
  const todo = steps.filter(({ will }) => will !== undefined)
  const blocked = steps.some((step) => step.blocked !== undefined)
  const done: string[] = []
  if (values.apply) {
    if (todo.length > 0) say('')
    for (const step of todo) {
      try {
        await step.apply?.()
      } catch (error) {
        say(`✗ ${step.subject}: not done. Run setup again: it goes on from here.`)
        throw error
      }
      done.push(step.subject)
      say(`✓ ${step.subject}: done`)
    }
  }
  if (values.json) {
    const changes = todo.map(({ subject }) => subject)
    process.stdout.write(
      `${JSON.stringify({ applied: values.apply, changes, done, ...more, steps: planJson(steps) })}\n`,
    )
  }
  if (todo.length === 0 && !blocked) say('\nNothing to change.')
  else if (!values.apply && todo.length > 0) say('\nNothing was changed: that was the plan. --apply makes it so.')
  if (values.apply || todo.length === 0) say(next())
  process.exitCode = blocked ? EXIT.wrong : EXIT.ok
}

function print(): void {
  const { functionUrl } = deployment
  const choices = functionUrl === undefined ? { sni: true, ...rule } : rule
  const input = {
    region: deployment.region,
    originals: deployment.originals,
    compressed: deployment.compressed,
    privateCompressed: values['private-compressed'],
    // A secret does not belong on a screen; envsubst puts it in.
    rule: wantedRule(deployment, functionUrl ?? '${FUNCTION_URL}', '${MIRROR_SECRET}', choices),
    roles: wantedRoles(deployment),
  }
  const text = printed(input)
  process.stdout.write(values.json ? `${JSON.stringify(text)}\n` : asText(text, input))
}

/** The deployment; where MIRROR_SECRET is set nowhere, with a new one. --print needs no keys. */
function readSetup(): { deployment: Deployment; secretIsNew: boolean } {
  try {
    if (values.local) return { deployment: withFunctionUrl(readDeployment(values)), secretIsNew: false }
    const env = readEnvironment(process.env, values.env)
    const secretIsNew = env['MIRROR_SECRET'] === undefined
    const noKeys = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'none', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'none' }
    const secret = { MIRROR_SECRET: randomBytes(32).toString('base64url') }
    return {
      deployment: withFunctionUrl(deploymentFrom({ ...(values.print ? noKeys : {}), ...secret, ...env })),
      secretIsNew,
    }
  } catch (error) {
    return fail(EXIT.usage, error instanceof Error ? error.message : String(error))
  }
}

function withFunctionUrl(found: Deployment): Deployment {
  const url = values['function-url'] ?? found.functionUrl
  return url === undefined ? found : { ...found, functionUrl: checkMirrorUrl(url) }
}
