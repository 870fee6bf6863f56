// Reading request bodies.

import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { OssError } from '../error.ts'

/**
 * Reads a small body (XML) whole and checks its Content-MD5.
 * @throws OssError 400 for a body over the limit or with another MD5
 */
export async function readSmallBody(
  request: IncomingMessage,
  headers: Readonly<Record<string, string>>,
  limitBytes = 2 * 1024 * 1024,
): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limitBytes)
      throw new OssError(400, 'MalformedXML', `The XML you provided is larger than ${limitBytes} bytes.`)
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks)
  checkMd5(headers['content-md5'], createHash('md5').update(body).digest())
  return body.toString('utf8')
}

/** @throws OssError 400 InvalidDigest where the header is no MD5, or another one. */
export function checkMd5(header: string | undefined, md5: Buffer): void {
  if (header === undefined) return
  const wanted = Buffer.from(header, 'base64')
  if (wanted.length !== 16 || wanted.toString('base64') !== header.trim()) {
    throw new OssError(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.', { 'Content-MD5': header })
  }
  if (!wanted.equals(md5)) {
    throw new OssError(400, 'InvalidDigest', 'The Content-MD5 you specified did not match what we received.', {
      ExpectedDigest: header,
      CalculatedDigest: md5.toString('base64'),
    })
  }
}

/** @throws OssError 411 where the body's length is stated in neither way. */
export function checkLength(headers: Readonly<Record<string, string>>, maxBytes: number): void {
  const length = headers['content-length']
  if (length === undefined && headers['transfer-encoding'] === undefined) {
    throw new OssError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.')
  }
  if (Number(length ?? 0) > maxBytes) {
    throw new OssError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.')
  }
}
