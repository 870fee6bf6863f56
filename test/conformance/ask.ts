// One request to a port of 127.0.0.1, signed by version 1 if at all.

import { request } from 'node:http'
import { authorizationV1 } from '../../scripts/conformance/sign.ts'
import type { Key } from '../../scripts/conformance/sign.ts'

export interface Asked {
  method?: string
  /** The request line's path and query, which is also what is signed: `/bucket/key?acl`. */
  path: string
  /** The bucket where the host names it. */
  bucket?: string
  host?: string
  headers?: Record<string, string>
  body?: string
  key?: Key
}

export interface Answered {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

export function ask(port: number, asked: Asked): Promise<Answered> {
  const { method = 'GET', path, host = `127.0.0.1:${port}`, body = '', key } = asked
  const headers: Record<string, string> = {
    date: new Date().toUTCString(),
    'content-length': String(Buffer.byteLength(body)),
    ...asked.headers,
  }
  if (key) headers['authorization'] = authorizationV1(unsigned(method, asked, headers), key)
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers: { ...headers, host } }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    sent.once('error', reject)
    // Bytes: Node writes headers in the encoding of a string body.
    sent.end(Buffer.from(body))
  })
}

function unsigned(method: string, { path, bucket }: Asked, headers: Record<string, string>) {
  const url = new URL(path.startsWith('http') ? path : `http://x${path}`)
  const [, first = '', ...rest] = decodeURIComponent(url.pathname).split('/')
  const key = bucket === undefined ? rest.join('/') : [first, ...rest].join('/')
  return {
    method,
    bucket: bucket ?? (first === '' ? undefined : first),
    key,
    query: [...url.searchParams],
    headers: new Map(Object.entries(headers)),
  }
}
