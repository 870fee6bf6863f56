import { createLog, describeCause } from '../src/log.ts'

const line = { requestId: 'r1', method: 'GET', status: 200, outcome: 'compressed', ms: { total: 5 } }

describe('the log', () => {
  it('writes one JSON line a request', () => {
    const written: string[] = []
    createLog('info', (text) => written.push(text)).request({ ...line, requestedKey: 'a\nb "c"' })
    expect(written).toHaveLength(1)
    expect(written[0]?.match(/\n/g)).toHaveLength(1)
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ requestId: 'r1', requestedKey: 'a\nb "c"', level: 'info' })
  })

  it('keeps only failures at level error, nothing at silent', () => {
    const written: string[] = []
    const write = (text: string) => written.push(text)
    createLog('error', write).request(line)
    createLog('silent', write).request({ ...line, status: 500 })
    expect(written).toHaveLength(0)
    createLog('error', write).request({ ...line, status: 503 })
    expect(written).toHaveLength(1)
  })

  it('describes a cause without what hangs on it, and without object bytes', () => {
    const cause = Object.assign(new Error(`cut short: \u0000\u0001\ufffd\n${'x'.repeat(2000)}`), {
      name: 'ResponseError',
      status: -1,
      params: { content: 'the upload', headers: { 'x-oss-security-token': 'TOKEN' } },
    })
    const text = describeCause(cause)
    expect(text).toMatch(/^ResponseError -1: cut short/)
    expect(text.length).toBeLessThan(400)
    expect(text).not.toMatch(/TOKEN|upload|\n/)
  })

  it('says of what is no error only what kind of thing it is', () => {
    expect(describeCause('x-oss-security-token: TOKEN')).toBe('string')
    expect(describeCause({ accessKeySecret: 'SECRET' })).toBe('object')
  })
})
