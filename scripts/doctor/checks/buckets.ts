// The two buckets as they are set up.
import { childOf, readXml, textOf } from '../../deployment/xml.ts'
import { bucketXml, type Refusal, refusalOf } from '../bucket.ts'
import { careful, type Check, type Examination, type Finding, good, once, wrong } from '../check.ts'

export interface BucketFacts {
  /** `oss-cn-hangzhou`. */
  location: string
  acl: string
  /** Empty, Enabled or Suspended. */
  versioning: string
  blocksPublicAccess: boolean
  /** A bucket policy lets everybody in, whatever the ACL says. */
  publicByPolicy: boolean
}

type Which = 'originals' | 'compressed'

const VARIABLE = { originals: 'OSS_ORIGINAL_BUCKET_NAME', compressed: 'OSS_COMPRESS_BUCKET_NAME' } as const

async function read({ deployment, owner }: Examination, which: Which): Promise<BucketFacts | Refusal> {
  try {
    const root = readXml(await bucketXml(owner.service, deployment[which], 'bucketInfo'), 'BucketInfo')
    // May be refused or not exist where there is no policy; then the ACL alone decides.
    const status = await bucketXml(owner.service, deployment[which], 'policyStatus').catch(() => '<PolicyStatus/>')
    const bucket = childOf(root, 'Bucket')
    return {
      location: textOf(bucket, 'Location'),
      acl: textOf(childOf(bucket, 'AccessControlList'), 'Grant'),
      versioning: textOf(bucket, 'Versioning'),
      blocksPublicAccess: textOf(bucket, 'BlockPublicAccess') === 'true',
      publicByPolicy: textOf(readXml(status, 'PolicyStatus'), 'IsPublic') === 'true',
    }
  } catch (error) {
    return refusalOf(error)
  }
}

const FACTS = {
  originals: once((examination) => read(examination, 'originals')),
  compressed: once((examination) => read(examination, 'compressed')),
}

/** @throws where the bucket could not be looked at: checks that need it run after the one that says so. */
export async function bucketFacts(examination: Examination, which: Which): Promise<BucketFacts> {
  const facts = await FACTS[which](examination)
  if ('code' in facts) throw new Error(`Expected facts of the bucket, got ${facts.code}.`)
  return facts
}

async function exists(examination: Examination, which: Which): Promise<Finding> {
  const { deployment } = examination
  const name = deployment[which]
  const facts = await FACTS[which](examination)
  if (!('code' in facts)) {
    if (facts.location === `oss-${deployment.region}`) return good(`${name}, ${facts.location}`)
    return wrong(
      `${name} lies in ${facts.location}, not in oss-${deployment.region}`,
      `Correct OSS_REGION in .env, or ${VARIABLE[which]}; both buckets and the function have to be in one region.`,
    )
  }
  if (facts.code === 'NoSuchBucket') {
    return wrong(
      `there is no bucket ${name}`,
      `Correct ${VARIABLE[which]} in .env, or create it: npm run setup -- --apply.`,
    )
  }
  if (/specified endpoint/i.test(facts.message)) {
    return wrong(
      `${name} lies in another region than ${deployment.region}`,
      'Correct OSS_REGION and OSS_ENDPOINT in .env.',
    )
  }
  if (facts.status === 403) {
    return wrong(
      `these keys may not look at ${name} (${facts.code})`,
      `Where the bucket is yours, allow oss:GetBucketInfo on acs:oss:*:*:${name} (RAM console → Users → Permissions); else correct ${VARIABLE[which]}.`,
    )
  }
  return wrong(`${name}: ${facts.code}: ${facts.message}`, 'Run npm run doctor again.')
}

/** Whether a reader gets compressed objects straight from the bucket, not through a CDN with an address of its own. */
function readsFromBucket({ deployment }: Examination): boolean {
  const { host, pathname } = new URL(deployment.readerUrl)
  const endpoint = new URL(deployment.endpoint).host
  return (
    host === `${deployment.compressed}.${endpoint}` || (host === endpoint && pathname === `/${deployment.compressed}/`)
  )
}

export const BUCKETS: readonly Check[] = [
  {
    name: 'originals',
    title: 'The originals bucket exists, in this region',
    needs: ['credentials'],
    run: (examination) => exists(examination, 'originals'),
  },
  {
    name: 'originals-private',
    title: 'The originals bucket is private',
    needs: ['originals'],
    async run(examination) {
      const { originals } = examination.deployment
      const { acl, blocksPublicAccess, publicByPolicy } = await bucketFacts(examination, 'originals')
      if (blocksPublicAccess || (acl === 'private' && !publicByPolicy)) return good()
      const suffering = 'everybody can read originals, with their GPS positions, past the function'
      if (acl === 'private') {
        return wrong(
          `a bucket policy is for everybody: ${suffering}`,
          `console: ${originals} → Permission Control → Bucket Policy: remove the statement whose principal is all accounts.`,
        )
      }
      return wrong(
        `its ACL is ${acl}: ${suffering}`,
        `ossutil set-acl oss://${originals} private -b (console: ${originals} → Permission Control → ACL → Private).`,
      )
    },
  },
  {
    name: 'compressed',
    title: 'The compressed bucket exists, in this region',
    needs: ['credentials'],
    run: (examination) => exists(examination, 'compressed'),
  },
  {
    name: 'compressed-public',
    title: 'Everybody may read the compressed bucket, and nobody write',
    needs: ['compressed'],
    async run(examination) {
      const { compressed, readerUrl } = examination.deployment
      const { acl, blocksPublicAccess, publicByPolicy } = await bucketFacts(examination, 'compressed')
      const console_ = `console: ${compressed} → Permission Control`
      if (acl === 'public-read-write') {
        return wrong(
          'its ACL is public-read-write: strangers can put and delete objects in it',
          `ossutil set-acl oss://${compressed} public-read -b (${console_} → ACL → Public Read).`,
        )
      }
      if (!blocksPublicAccess && (acl === 'public-read' || publicByPolicy)) return good()
      const why = blocksPublicAccess ? 'Block Public Access is on' : `its ACL is ${acl}`
      if (!readsFromBucket(examination)) {
        return careful(
          `${why}: only what is in front of it, ${readerUrl}, can read it, and a signed read may not call the mirror`,
          'Where first reads end in 404 or 403, set the ACL to public-read, or let the CDN read without signing.',
        )
      }
      return wrong(
        `${why}: readers get 403, and the mirror is tried only for what would be 404`,
        blocksPublicAccess
          ? `${console_} → Block Public Access → off, for this bucket and for the account; then npm run setup -- --apply.`
          : `ossutil set-acl oss://${compressed} public-read -b (${console_} → ACL → Public Read), or put a CDN in front and set READER_URL.`,
      )
    },
  },
  {
    name: 'compressed-versioning',
    title: 'The compressed bucket keeps no versions',
    needs: ['compressed'],
    async run(examination) {
      const { compressed } = examination.deployment
      const { versioning } = await bucketFacts(examination, 'compressed')
      if (versioning === '') return good()
      return wrong(
        `versioning is ${versioning}: a delete leaves a marker and every replaced picture goes on costing, and OSS has refused mirror rules on such buckets`,
        `Versioning cannot be taken back, only suspended: make a new bucket for OSS_COMPRESS_BUCKET_NAME and run npm run setup -- --apply; ${compressed} can go once readers have moved.`,
      )
    },
  },
]
