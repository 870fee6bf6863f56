// What can be made to go wrong from the page. All but one are faults of the local OSS; the wrong secret is the bucket's own
// rule, changed as an owner would change it.
import type { OwnerBuckets } from './buckets.ts'
import { FAULT_NAMES, type FaultName } from './told.ts'

/** As the local OSS takes them; see scripts/local/oss/faults/fault.ts. */
interface OssFault {
  match: { operation?: string; bucket?: string; keyPrefix?: string }
  kind: string
  ms?: number
  status?: number
  bytes?: number
}

export interface FaultPlace {
  oss: string
  originals: string
  compressed: string
  mirrorSecret: string
  owner: Pick<OwnerBuckets, 'readWebsite' | 'writeWebsite'>
}

export interface Faults {
  on(): Promise<FaultName[]>
  /** @throws Error where OSS refuses. */
  set(name: FaultName, on: boolean): Promise<void>
}

const SECRET = /(<Key>x-mirror-secret<\/Key>\s*<Value>)([^<]*)(<\/Value>)/

export function createFaults({ oss, originals, compressed, mirrorSecret, owner }: FaultPlace): Faults {
  const reads = { operation: 'read', bucket: originals }
  const presets: Record<Exclude<FaultName, 'wrong-secret'>, OssFault> = {
    'slow-original': { match: reads, kind: 'slow', ms: 3000 },
    'late-original': { match: reads, kind: 'stall' },
    'short-original': { match: reads, kind: 'short', bytes: 20_000 },
    'damaged-original': { match: reads, kind: 'corrupt', bytes: 10_000 },
    'denied-original': { match: reads, kind: 'denied' },
    'failing-put': { match: { operation: 'put', bucket: compressed }, kind: 'status', status: 500 },
    'function-down': { match: { operation: 'mirror', bucket: compressed }, kind: 'refused' },
  }

  async function ask(method: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${oss}/-/faults`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`Expected the fault to be taken, got ${answer.status}`)
    return answer.json()
  }

  async function listed(): Promise<(OssFault & { id?: number; fired?: number })[]> {
    return (await ask('GET')) as (OssFault & { id: number; fired: number })[]
  }

  async function setSecret(on: boolean): Promise<void> {
    const xml = await owner.readWebsite(compressed)
    const value = on ? 'a-wrong-secret-of-the-page' : mirrorSecret
    await owner.writeWebsite(
      compressed,
      xml.replace(SECRET, (_, before: string, __, after: string) => `${before}${value}${after}`),
    )
  }

  return {
    async on() {
      const faults = await listed()
      const secret = SECRET.exec(await owner.readWebsite(compressed))?.[2]
      return FAULT_NAMES.filter((name) =>
        name === 'wrong-secret'
          ? secret !== undefined && secret !== mirrorSecret
          : faults.some((fault) => isSame(fault, presets[name])),
      )
    },
    async set(name, on) {
      if (name === 'wrong-secret') return setSecret(on)
      // OSS forgets all of them or none: the others are told to it again.
      const others = (await listed()).filter((fault) => !isSame(fault, presets[name]))
      await ask('DELETE')
      for (const { id: _id, fired: _fired, ...fault } of others) await ask('POST', fault)
      if (on) await ask('POST', presets[name])
    },
  }
}

function isSame(one: OssFault, other: OssFault): boolean {
  return (
    one.kind === other.kind && one.match.operation === other.match.operation && one.match.bucket === other.match.bucket
  )
}
