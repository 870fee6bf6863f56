import type { Fault } from '../../../../../scripts/local/oss/faults/fault.ts'
import { createFaults } from '../../../../../scripts/local/oss/faults/faults.ts'
import { bucket, httpOrigin, rule, until, using, website } from './harness.ts'

const body = 'a picture of some bytes'

async function mirroredWith(fault: Omit<Fault, 'match'>, timeoutMs = 10_000) {
  const faults = createFaults()
  faults.add({ match: { operation: 'mirror', bucket: 'b', keyPrefix: 'a' }, ...fault })
  const origin = await httpOrigin((_, response) =>
    response.writeHead(200, { 'content-length': String(body.length) }).end(body),
  )
  const deps = { fault: (asked: { bucket: string; key: string }) => faults.mirror(asked) }
  const server = await bucket(website(rule(origin.url)), { deps, switches: { timeoutMs } })
  let first, second
  await using([server, origin], async () => {
    first = await server.get('/a')
    second = await server.get('/other')
    await until(() => server.facts.length === 2)
  })
  expect(second).toMatchObject({ status: 200 })
  return { answer: first, asked: origin.heads.length - 1, stored: server.sink.objects.get('b/a')?.bytes.toString() }
}

describe('a fault between mirror and origin', () => {
  it.each([
    ['a refused connection', { kind: 'refused' }, 0, 'Mirroring failed, please check your mirror configuration'],
    ['a status', { kind: 'status', status: 503 }, 0, 'Error status : 503 from mirror host, should return 200 OK'],
    ['throttling', { kind: 'slowdown' }, 0, 'Error status : 503 from mirror host, should return 200 OK'],
    ['a denial', { kind: 'denied' }, 0, 'Error status : 403 from mirror host, should return 200 OK'],
    ['a reset', { kind: 'reset' }, 0, 'Error status : 0 from mirror host, should return 200 OK'],
    ['a reset within the body', { kind: 'reset', bytes: 5 }, 1, 'Bytes read is not equal to expected'],
    ['a short body', { kind: 'short', bytes: 5 }, 1, 'Bytes read is not equal to expected'],
    ['a stalled answer', { kind: 'stall' }, 0, 'Mirroring failed, please check your mirror configuration'],
    ['a stalled body', { kind: 'stall', bytes: 5 }, 1, 'Mirroring failed, please check your mirror configuration'],
    [
      'a wait beyond the limit',
      { kind: 'slow', ms: 9999 },
      0,
      'Mirroring failed, please check your mirror configuration',
    ],
  ] as const)('such as %s is MirrorFailed and stores nothing', async (_, fault, asked, message) => {
    const outcome = await mirroredWith(fault, fault.kind === 'stall' || fault.kind === 'slow' ? 100 : 10_000)
    expect(outcome).toMatchObject({ answer: { status: 424, code: 'MirrorFailed', message }, asked })
    expect(outcome.stored).toBeUndefined()
  })

  it('that only slows stores the object', async () => {
    expect((await mirroredWith({ kind: 'slow', ms: 5 })).stored).toBe(body)
    expect((await mirroredWith({ kind: 'slow', ms: 1, bytes: 2 })).stored).toBe(body)
  })

  it('that corrupts is stored like any other body', async () => {
    const { stored } = await mirroredWith({ kind: 'corrupt', bytes: 2 })
    expect(stored).not.toBe(body)
    expect(stored?.slice(0, 2)).toBe(body.slice(0, 2))
  })
})
