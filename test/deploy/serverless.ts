// The real Serverless Devs with our s.yaml, without network: everything of it runs (variables, .env, actions, verify) except
// the component, which would be fetched; in its place stands one that says what it was given.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where the stand-in writes what it was given, a line each: it has secrets in it, so it is not printed. */
const GIVEN = 'given.jsonl'

export interface Props extends Record<string, unknown> {
  region: string
  functionName: string
  runtime: string
  code: string
  role: string
  environmentVariables: Record<string, string>
  triggers: { triggerName: string; triggerType: string; sourceArn?: string; triggerConfig: Record<string, unknown> }[]
}

export interface ServerlessRun {
  code: number | null
  output: string
  /** What the component was given, in the order of the resources. */
  given: { resource: string; props: Props }[]
}

export interface ServerlessOptions {
  /** Text of .env; none by default. */
  dotEnv?: string
  env?: Record<string, string>
  /** JSON schema the component checks props with, as `s verify` asks it. */
  schema?: object
  /** Changes the text of s.yaml. */
  edit?: (yaml: string) => string
}

/** Runs `s` with these arguments in a folder of its own. */
export function serverless(args: string[], options: ServerlessOptions = {}): ServerlessRun {
  const folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-s-'))
  try {
    const component = join(folder, 'component')
    mkdirSync(component)
    writeFileSync(join(component, 'package.json'), '{"name":"component","version":"1.0.0","main":"index.js"}')
    writeFileSync(join(folder, GIVEN), '')
    writeFileSync(join(component, 'index.js'), standIn(options.schema ?? {}, join(folder, GIVEN)))
    const yaml = readFileSync('s.yaml', 'utf8').replaceAll('component: fc3', `component: ${component}`)
    writeFileSync(join(folder, 's.yaml'), (options.edit ?? ((text) => text))(yaml))
    if (options.dotEnv !== undefined) writeFileSync(join(folder, '.env'), options.dotEnv)
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [resolve('node_modules/@serverless-devs/s/bin/s'), ...args],
      {
        cwd: folder,
        // NODE_ENV=test: it neither reports nor looks for updates.
        env: { PATH: process.env['PATH'] ?? '', HOME: folder, USERPROFILE: folder, NODE_ENV: 'test', ...options.env },
        encoding: 'utf8',
      },
    )
    const output = `${stdout}${stderr}`
    const given = readFileSync(join(folder, GIVEN), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as ServerlessRun['given'][number])
    return { code: status, output, given }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Props of both functions as `s plan` hands them to the component. @throws Error with the output where it failed. */
export function resolvedProps(options: ServerlessOptions = {}): { origin: Props; events: Props } {
  const { code, output, given } = serverless(['plan'], options)
  const byName = Object.fromEntries(given.map(({ resource, props }) => [resource, props]))
  const { origin, events } = byName
  if (code !== 0 || origin === undefined || events === undefined) throw new Error(`s plan failed:\n${output}`)
  return { origin, events }
}

function standIn(schema: object, file: string): string {
  const line = `JSON.stringify({ resource: inputs.resource.name, props: inputs.props }) + '\\n'`
  const say = `(inputs) => { require('node:fs').appendFileSync(${JSON.stringify(file)}, ${line}); return {} }`
  return `const say = ${say}
module.exports = class { plan = say; deploy = say; local = say; getSchema() { return ${JSON.stringify(JSON.stringify(schema))} } }
module.exports.default = module.exports
`
}
