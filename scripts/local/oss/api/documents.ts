// Configurations of a bucket that are kept as they were sent and given back: website, lifecycle, CORS, tags and others.
// Only what decides over readers is acted on (website by the mirror, CORS here, policy and public access in auth/).

import { OssError } from '../error.ts'
import { checkPolicy } from '../auth/policy.ts'
import { readSmallBody } from '../http/body.ts'
import { el, nodesOf, parseXml, textOf } from '../http/xml.ts'
import { validateWebsiteXml } from '../website/validate.ts'
import { xmlReply } from './call.ts'
import type { BucketCall, Reply, Service } from './call.ts'
import { readCorsRules } from './cors.ts'
import { checkLogging } from './logging.ts'
import { checkTags, readTags } from './tags.ts'

export interface DocumentKind {
  /** The query name: `?website`. */
  name: string
  /** The part of the action's name: oss:Put…, oss:Get…, oss:Delete…. */
  action: string
  contentType: string
  check(body: string, call: BucketCall, service: Service): void
  /** What GET answers where nothing was put: an error, or a document. */
  missing: OssError | ((call: BucketCall) => Reply)
  /** Whether it can be deleted. */
  deletes: boolean
}

function none(code: string, message: string): OssError {
  return new OssError(404, code, message)
}

const EMPTY = (root: string): (() => Reply) => {
  return () => xmlReply(el(root))
}

const XML = 'application/xml'

/** Every configuration this server keeps. */
export const DOCUMENTS: readonly DocumentKind[] = [
  {
    name: 'website',
    action: 'BucketWebsite',
    contentType: XML,
    check: validateWebsiteXml,
    missing: none('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration.'),
    deletes: true,
  },
  {
    name: 'lifecycle',
    action: 'BucketLifecycle',
    contentType: XML,
    check: checkLifecycle,
    missing: none('NoSuchLifecycle', 'No Row found in Lifecycle Table.'),
    deletes: true,
  },
  {
    name: 'cors',
    action: 'BucketCors',
    contentType: XML,
    check: (body) => void readCorsRules(body),
    missing: none('NoSuchCORSConfiguration', 'The CORS Configuration does not exist.'),
    deletes: true,
  },
  {
    name: 'tagging',
    action: 'BucketTagging',
    contentType: XML,
    check: checkBucketTags,
    missing: () => xmlReply(el('Tagging', el('TagSet'))),
    deletes: true,
  },
  {
    name: 'policy',
    action: 'BucketPolicy',
    contentType: 'application/json',
    check: checkBucketPolicy,
    missing: none('NoSuchBucketPolicy', 'The bucket policy does not exist'),
    deletes: true,
  },
  {
    name: 'referer',
    action: 'BucketReferer',
    contentType: XML,
    check: (body) => void parseXml(body, 'RefererConfiguration'),
    missing: () => xmlReply(el('RefererConfiguration', el('AllowEmptyReferer', true), el('RefererList'))),
    deletes: false,
  },
  {
    name: 'logging',
    action: 'BucketLogging',
    contentType: XML,
    check: checkLogging,
    missing: EMPTY('BucketLoggingStatus'),
    deletes: true,
  },
  {
    name: 'encryption',
    action: 'BucketEncryption',
    contentType: XML,
    check: (body) => void parseXml(body, 'ServerSideEncryptionRule'),
    missing: none('NoSuchServerSideEncryptionRule', 'The server side encryption configuration is not found.'),
    deletes: true,
  },
  {
    name: 'requestPayment',
    action: 'BucketRequestPayment',
    contentType: XML,
    check: (body) => void parseXml(body, 'RequestPaymentConfiguration'),
    missing: () => xmlReply(el('RequestPaymentConfiguration', el('Payer', 'BucketOwner'))),
    deletes: false,
  },
]

export async function putDocument(call: BucketCall, kind: DocumentKind, service: Service): Promise<Reply> {
  const body = await readSmallBody(call.request, call.headers)
  kind.check(body, call, service)
  call.bucket.update({ documents: { ...call.bucket.settings.documents, [kind.name]: body } })
  return { status: 200, headers: { 'content-length': 0 } }
}

export async function getDocument(call: BucketCall, kind: DocumentKind): Promise<Reply> {
  const body = call.bucket.settings.documents[kind.name]
  if (body !== undefined) return { status: 200, headers: { 'content-type': kind.contentType }, body }
  if (!(kind.missing instanceof OssError)) return kind.missing(call)
  const { status, code, message } = kind.missing
  throw new OssError(status, code, message, { BucketName: call.bucket.name })
}

export async function deleteDocument(call: BucketCall, kind: DocumentKind): Promise<Reply> {
  const { [kind.name]: _gone, ...rest } = call.bucket.settings.documents
  call.bucket.update({ documents: rest })
  return { status: 204 }
}

export async function putVersioning(call: BucketCall): Promise<Reply> {
  const root = parseXml(await readSmallBody(call.request, call.headers), 'VersioningConfiguration')
  const status = textOf(root, 'Status')
  if (status !== 'Enabled' && status !== 'Suspended') throw malformed('Status', 'Enabled or Suspended', status)
  call.bucket.update({ versioning: status })
  return { status: 200, headers: { 'content-length': 0 } }
}

export async function getVersioning(call: BucketCall): Promise<Reply> {
  const { versioning } = call.bucket.settings
  return xmlReply(el('VersioningConfiguration', versioning === undefined ? undefined : el('Status', versioning)))
}

export async function putPublicAccessBlock(call: BucketCall): Promise<Reply> {
  const root = parseXml(await readSmallBody(call.request, call.headers), 'PublicAccessBlockConfiguration')
  const block = textOf(root, 'BlockPublicAccess')?.trim()
  if (block !== 'true' && block !== 'false') throw malformed('BlockPublicAccess', 'true or false', block)
  call.bucket.update({ blockPublicAccess: block === 'true' })
  return { status: 200, headers: { 'content-length': 0 } }
}

export async function getPublicAccessBlock(call: BucketCall): Promise<Reply> {
  const { blockPublicAccess } = call.bucket.settings
  return xmlReply(el('PublicAccessBlockConfiguration', el('BlockPublicAccess', blockPublicAccess)))
}

export async function deletePublicAccessBlock(call: BucketCall): Promise<Reply> {
  call.bucket.update({ blockPublicAccess: false })
  return { status: 204 }
}

/** Whether the policy gives everybody access. */
export async function getPolicyStatus(call: BucketCall): Promise<Reply> {
  const text = call.bucket.settings.documents['policy']
  const statements = text === undefined ? [] : checkPolicy(JSON.parse(text), 'bucket').Statement
  const isPublic = statements.some(({ Effect, Principal }) => Effect === 'Allow' && Principal?.includes('*'))
  return xmlReply(el('PolicyStatus', el('IsPublic', isPublic)))
}

function checkBucketPolicy(body: string): void {
  try {
    checkPolicy(JSON.parse(body), 'bucket')
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is no JSON' : (error as Error).message
    throw new OssError(400, 'InvalidPolicyDocument', `The policy is not valid or not understood here: ${reason}`)
  }
}

function checkLifecycle(body: string): void {
  const rules = nodesOf(parseXml(body, 'LifecycleConfiguration'), 'Rule')
  if (rules.length === 0 || rules.length > 1000) throw malformed('Rule', 'from 1 to 1,000', String(rules.length))
  for (const rule of rules) {
    const status = textOf(rule, 'Status')
    if (status !== 'Enabled' && status !== 'Disabled') throw malformed('Status', 'Enabled or Disabled', status)
  }
}

function checkBucketTags(body: string): void {
  checkTags(readTags(body), { count: 20, keyCharacters: 64, valueCharacters: 128 })
}

function malformed(element: string, wanted: string, got: string | undefined): OssError {
  return new OssError(400, 'MalformedXML', `Expected ${element} to be ${wanted}, got ${got ?? 'nothing'}.`)
}
