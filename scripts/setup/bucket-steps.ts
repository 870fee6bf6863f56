// The two buckets: there, in the right region, readable by whom they should be.
import type { Deployment } from '../deployment/live.ts'
import { readWebsite } from '../deployment/website.ts'
import type { BucketFacts, Buckets } from './buckets.ts'
import { type Step, unchanged } from './step.ts'

interface Wanted {
  bucket: string
  acl: 'private' | 'public-read'
}

/** The originals bucket: private, and without a mirror rule to the same function, which would ask itself for ever. */
export async function originalsStep(deployment: Deployment, buckets: Buckets, functionUrl?: string): Promise<Step> {
  const { originals: bucket, region } = deployment
  const facts = await buckets.facts(bucket)
  if (facts) await refuseLoop(bucket, buckets, functionUrl)
  const warnings =
    facts && facts.acl !== 'private'
      ? [`${bucket} is ${facts.acl}: links that lead straight to originals stop working when it becomes private`]
      : []
  return bucketStep({ bucket, acl: 'private' }, facts, region, buckets, warnings)
}

async function refuseLoop(bucket: string, buckets: Buckets, functionUrl: string | undefined): Promise<void> {
  const xml = await buckets.website(bucket)
  if (xml === undefined || functionUrl === undefined) return
  const { host } = new URL(functionUrl)
  const loop = readWebsite(xml).rules.find(
    ({ mirrorUrl }) => URL.canParse(mirrorUrl) && new URL(mirrorUrl).host === host,
  )
  if (!loop) return
  throw new Error(
    `Expected no mirror rule to the function on the originals bucket ${bucket}, got rule ${loop.number} to ${loop.mirrorUrl}: a missing original would ask the function for itself. Delete that rule.`,
  )
}

/** The compressed bucket: readable by everybody, because mirror rules are for anonymous reads; or private behind a CDN. */
export async function compressedStep(deployment: Deployment, buckets: Buckets, isPrivate: boolean): Promise<Step> {
  const { compressed: bucket, region } = deployment
  const facts = await buckets.facts(bucket)
  const warnings: string[] = []
  if (facts && facts.versioning !== '') {
    warnings.push(
      `${bucket} has versioning (${facts.versioning}): older documents say that mirror rules and versioning exclude each other, and every replaced picture is kept and paid for`,
    )
  }
  if (isPrivate) {
    warnings.push(
      `${bucket} private: OSS answers an unsigned read 403 before it looks at the rule, so a CDN has to sign what it asks for, and whether a signed read sets the rule off is not documented (one report says it does not). See docs/setup.md, and let npm run doctor try it`,
    )
  }
  return bucketStep({ bucket, acl: isPrivate ? 'private' : 'public-read' }, facts, region, buckets, warnings)
}

function bucketStep(
  { bucket, acl }: Wanted,
  facts: BucketFacts | undefined,
  region: string,
  buckets: Buckets,
  warnings: string[],
): Step {
  const subject = `bucket ${bucket}`
  if (facts && facts.region !== region) {
    throw new Error(
      `Expected the bucket ${bucket} in ${region} (OSS_REGION), got one in ${facts.region}. Set OSS_REGION to its region, or choose another bucket.`,
    )
  }
  const unblocks = facts?.blocked === true && acl !== 'private'
  const is = facts ? `${facts.acl}${facts.blocked ? ', Block Public Access on' : ''}` : 'missing'
  if (facts && facts.acl === acl && !unblocks) return unchanged(subject, is, warnings)
  return {
    subject,
    is,
    will: `${facts ? '' : `created in ${region}, `}${acl}${unblocks ? ', Block Public Access of the bucket off' : ''}`,
    warnings,
    apply: async () => {
      // Private first: interrupted in between, nothing is open that should not be.
      if (!facts) await buckets.create(bucket)
      // A new bucket may have it on from the start.
      const blocked = facts?.blocked ?? (await buckets.facts(bucket))?.blocked
      if (blocked === true && acl !== 'private') await buckets.unblock(bucket)
      if (facts ? facts.acl !== acl : acl !== 'private') await buckets.setAcl(bucket, acl)
    },
  }
}
