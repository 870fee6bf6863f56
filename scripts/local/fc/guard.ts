import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

// Reads "+ pid" and "- pid" lines and, when its input ends, kills the process groups that are left. A frozen instance cannot
// notice that the gateway is gone, so somebody who is not frozen has to.
const SCRIPT = `
pids=" "
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -KILL "-$pid" 2>/dev/null; done
`

/** Keeps watch over instances: they die with this process, however it dies. */
export interface Guard {
  add(pid: number): void
  remove(pid: number): void
  close(): void
}

/** Starts one small shell that outlives this process just long enough to end the instances it left behind. */
export function startGuard(): Guard {
  const child = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {} })
  // A guard that cannot start must not take the gateway down: it only tidies up after a crash.
  child.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  child.unref()
  // A pipe of a child is a socket; it must not keep this process alive either.
  ;(child.stdin as unknown as Socket).unref()
  return {
    add: (pid) => void child.stdin.write(`+ ${pid}\n`),
    remove: (pid) => void child.stdin.write(`- ${pid}\n`),
    close: () => void child.stdin.end(),
  }
}
