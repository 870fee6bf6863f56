import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'

export interface Ran {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface Running {
  child: ChildProcess
  ended: Promise<Ran>
}

/** A script of ours as npm runs it, with nothing of this process's environment but the path. */
export function startCommand(
  script: string,
  args: readonly string[],
  env: Record<string, string>,
  { cwd = process.cwd(), input }: { cwd?: string; input?: string } = {},
): Running {
  const child = spawn(
    process.execPath,
    ['--import', resolve('node_modules/tsx/dist/loader.mjs'), resolve(script), ...args],
    {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    },
  )
  if (input !== undefined) child.stdin?.end(input)
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<Ran>((done) => {
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }))
  })
  return { child, ended }
}

export const runCommand = (...args: Parameters<typeof startCommand>): Promise<Ran> => startCommand(...args).ended
