import type { IncomingMessage, ServerResponse } from 'node:http'
import { OssError } from '../error.ts'
import { parseFault } from './fault.ts'
import type { Faults } from './faults.ts'

const maxBodyBytes = 65_536

/**
 * The admin endpoint of faults: GET lists them, POST adds the fault in its JSON body and answers `{ id }`, DELETE clears.
 * The caller decides the path. Loopback only, whatever address the server listens on.
 * @throws OssError 403 for others, 405 for other methods, 400 for what is no fault
 */
export async function answerFaults(faults: Faults, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!/^(?:::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '')) {
    throw new OssError(403, 'AccessDenied', 'Expected a request from loopback.')
  }
  if (request.method === 'GET') return json(response, 200, faults.list())
  if (request.method === 'POST') return json(response, 200, { id: faults.add(parseFault(await body(request))) })
  if (request.method !== 'DELETE') throw new OssError(405, 'MethodNotAllowed', 'Expected GET, POST or DELETE.')
  faults.clear()
  return json(response, 200, [])
}

async function body(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk)
    if (text.length > maxBodyBytes) throw new OssError(400, 'InvalidArgument', 'Expected a shorter body.')
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new OssError(400, 'InvalidArgument', 'Expected JSON.')
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
