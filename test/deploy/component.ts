// What the component fc3 does for `s local invoke` and `s local start`: one shell line for docker, made of a function's props.
// Written down from its documents and source (https://github.com/devsapp/fc3, src/subCommands/local).
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'

import { functionNode } from '../../scripts/local/cloud.ts'
import type { Props } from './serverless.ts'

export interface LocalOptions {
  /** Folder that props.code names, absolute. */
  codeDir: string
  /** The deployer's permanent keys: there is no token. */
  accessKeyId: string
  accessKeySecret: string
  port: number
}

/** The shell line up to the image. Values stand in double quotes and are not escaped, as the component writes them. */
function dockerRun(props: Props, options: LocalOptions): string {
  const { command = [], args = [] } = (props['customRuntimeConfig'] ?? {}) as { command?: string[]; args?: string[] }
  const custom = props.runtime.startsWith('custom')
  const environment: Record<string, unknown> = {
    FC_RUNTIME: props.runtime,
    FC_TIMEOUT: props['timeout'],
    FC_FUNC_CODE_PATH: '/code/',
    ALIBABA_CLOUD_ACCESS_KEY_ID: options.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: options.accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: '',
    FC_ACCOUNT_ID: '1234567890123456',
    FC_FUNCTION_HANDLER: props['handler'] ?? 'index.handler',
    FC_FUNCTION_MEMORY_SIZE: props['memorySize'],
    FC_FUNCTION_NAME: props.functionName,
    FC_REGION: props.region,
    FC_CUSTOM_LISTEN_PORT: 9000,
    FC_INSTANCE_ID: '00000000-0000-0000-0000-000000000000',
    ...props.environmentVariables,
    ...(custom ? { AGENT_SCRIPT: [...command, ...args].join(' '), FC_SERVER_PORT: 9000 } : {}),
  }
  const variables = Object.entries(environment).map(([name, value]) => `-e "${name}=${String(value)}"`)
  return `docker run --platform linux/amd64 --rm -p ${options.port}:9000 --memory=${String(props['memorySize'])}m -v ${options.codeDir}:/code ${variables.join(' ')} aliyunfc/runtime-${props.runtime}:3.1.0`
}

/** The event as it is sent: valid JSON is written anew without spaces. */
export const eventBytes = (file: string) => JSON.stringify(JSON.parse(readFileSync(file, 'utf8')))

/** A folder for PATH with the stand-in for docker, and the interpreter where the images have theirs. */
export function dockerBeside(folder: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin')
  const lang = join(folder, 'lang')
  mkdirSync(bin)
  mkdirSync(join(lang, 'nodejs20/bin'), { recursive: true })
  symlinkSync(functionNode().path, join(lang, 'nodejs20/bin/node'))
  writeFileSync(
    join(bin, 'docker'),
    `#!/bin/sh\nexec "${process.execPath}" "${resolve('test/deploy/docker.cjs')}" "$@"\n`,
    {
      mode: 0o755,
    },
  )
  return { PATH: `${bin}:${process.env['PATH'] ?? ''}`, FAKE_LANG: lang }
}

/** `s <function> local invoke -f <file>`: what it prints in the end. @param env of `dockerBeside`. */
export async function localInvoke(
  props: Props,
  file: string,
  options: LocalOptions,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  if (props.runtime.startsWith('custom')) {
    const line = `${dockerRun(props, options)} --event '${eventBytes(file)}'`
    const container = startLine(line, env)
    await container.ended
    const answer = /^answer: (.*)$/m.exec(container.output())?.[1]
    if (answer === undefined) throw new Error(`Expected an answer, got:\n${container.output()}`)
    return answer
  }
  const container = startLine(`${dockerRun(props, options)} --server`, env)
  try {
    const url = `http://127.0.0.1:${options.port}/2023-03-30/functions/${props.functionName}/invocations`
    const headers = {
      'Content-Type': 'application/octet-stream',
      'X-Fc-Event-Type': 'Default',
      'x-fc-access-key-id': options.accessKeyId,
      'x-fc-access-key-secret': options.accessKeySecret,
      'x-fc-security-token': '',
      'x-fc-function-timeout': String(props['timeout']),
    }
    const answer = await answering(() => fetch(url, { method: 'POST', headers, body: eventBytes(file) }), container)
    return await answer.text()
  } finally {
    await container.stop()
  }
}

export interface Container {
  output(): string
  ended: Promise<void>
  stop(): Promise<void>
}

/** `s <function> local start`. */
export function localStart(props: Props, options: LocalOptions, env: NodeJS.ProcessEnv): Container {
  return startLine(dockerRun(props, options), env)
}

/** Repeats until the container listens; fails as soon as it has ended. */
export async function answering(ask: () => Promise<Response>, container: Container): Promise<Response> {
  let over = false
  void container.ended.then(() => (over = true))
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (over) throw new Error(`The container ended:\n${container.output()}`, { cause: error })
      await new Promise((done) => setTimeout(done, 25))
    }
  }
}

function startLine(line: string, env: NodeJS.ProcessEnv): Container {
  // exec: the process we know is the one to end.
  const child: ChildProcess = spawn('/bin/sh', ['-c', `exec ${line}`], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const collect = (chunk: Buffer) => (output += chunk.toString())
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  return {
    output: () => output,
    ended,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}
