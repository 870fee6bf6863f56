// What it takes to have everything made of many originals: arithmetic on what the reader knows of the own set-up.

export interface ScaleInput {
  originals: number
  /** Keys to be made of each original: one plain, and the styles. */
  perOriginal: number
  /** Share of them that is there already. */
  there: number
  /** Means. */
  originalBytes: number
  madeBytes: number
  /** Processor seconds for one, mean. */
  cpuSeconds: number
  /** Of an instance of the function. */
  vcpu: number
  memoryGb: number
  /** Requests one instance takes at once, and instances there may be at once. */
  perInstance: number
  instances: number
  /** Reads a second the mirror takes, and the share of them kept for readers. */
  mirrorQps: number
  readersShare: number
  /** Bits a second the mirror takes. */
  mirrorBits: number
  /** Machines that run `npm run warm`, and requests each has under way. */
  shards: number
  concurrency: number
  /** For a page of a listing. */
  pageSeconds: number
}

export interface ScaleFigures {
  /** Keys to be made. */
  keys: number
  /** What bounds the pace, lowest first. */
  bounds: readonly { name: string; perSecond: number }[]
  perSecond: number
  seconds: number
  instancesUsed: number
  /** From asking the mirror to the last byte. More than the deadline (8 s) means 503 for some. */
  answerSeconds: number
  listRequests: number
  listSeconds: number
  /** What asking for each key instead of listing would cost. */
  headRequests: number
  /** Of the function: calls, and what Function Compute bills of its instances if they are busy all the time. */
  calls: number
  vcpuSeconds: number
  gbSeconds: number
  cu: number
  /** GET of originals, PUT of what is made, GET of whoever warms. */
  ossGets: number
  ossPuts: number
  bytesRead: number
  /** Out of the function to the mirror over the Internet, and out of OSS to whoever warms. */
  bytesOut: number
  bytesStored: number
  originalsBytes: number
}

const PAGE_KEYS = 1000

/**
 * CU for 10,000 calls, for a vCPU-second and for a GB-second.
 * https://help.aliyun.com/en/functioncompute/fc-2-0/product-overview/pay-as-you-go-billing-method
 */
const CU = { calls: 75, vcpuSecond: 1, gbSecond: 0.15 }

export function figuresOf(input: ScaleInput): ScaleFigures {
  const { originals, perOriginal, there, originalBytes, madeBytes, cpuSeconds, vcpu, memoryGb } = input
  const wanted = originals * perOriginal
  const keys = wanted * (1 - there)
  const underWay = input.shards * input.concurrency
  const share = 1 - input.readersShare
  const bounds = [
    { name: `the mirror's ${input.mirrorQps} reads a second`, perSecond: input.mirrorQps * share },
    { name: `the mirror's ${input.mirrorBits / 1e9} Gbit/s`, perSecond: (input.mirrorBits * share) / 8 / madeBytes },
    { name: `${input.instances} instances of ${vcpu} vCPU`, perSecond: (input.instances * vcpu) / cpuSeconds },
    {
      name: `${underWay} requests under way`,
      perSecond: Math.min(underWay / cpuSeconds, (Math.ceil(underWay / input.perInstance) * vcpu) / cpuSeconds),
    },
  ].sort((a, b) => a.perSecond - b.perSecond)
  const perSecond = bounds[0]?.perSecond ?? 0
  const pages = Math.ceil(originals / PAGE_KEYS)
  const pagesThere = Math.ceil((wanted * there) / PAGE_KEYS)
  const vcpuSeconds = keys * cpuSeconds
  const gbSeconds = (vcpuSeconds / vcpu) * memoryGb
  return {
    keys,
    bounds,
    perSecond,
    seconds: keys / perSecond,
    instancesUsed: Math.min(input.instances, (perSecond * cpuSeconds) / vcpu),
    answerSeconds: Math.max(cpuSeconds, underWay / perSecond),
    // Every machine lists everything and leaves out what is another one's.
    listRequests: (pages + pagesThere) * input.shards,
    // Both buckets are listed at the same time.
    listSeconds: Math.max(pages, pagesThere) * input.pageSeconds,
    headRequests: wanted,
    calls: keys,
    vcpuSeconds,
    gbSeconds,
    cu: (keys / 10_000) * CU.calls + vcpuSeconds * CU.vcpuSecond + gbSeconds * CU.gbSecond,
    ossGets: keys * 2,
    ossPuts: keys,
    bytesRead: keys * originalBytes,
    bytesOut: keys * madeBytes,
    bytesStored: wanted * madeBytes,
    originalsBytes: originals * originalBytes,
  }
}
