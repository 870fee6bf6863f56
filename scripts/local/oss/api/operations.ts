// Which call a request is: by method, by whether it names a bucket or an object, and by the sub-resource in the query.

import { OssError } from '../error.ts'
import { deleteObjectTagging, getObjectAcl, getObjectTagging, putObjectAcl, putObjectTagging } from './acl.ts'
import { appendObject } from './append.ts'
import { deleteBucket, getBucketAcl, getBucketInfo, getBucketLocation, getBucketStat, putBucketAcl } from './bucket.ts'
import type { BucketCall, Call, ObjectCall, Reply, Service } from './call.ts'
import { copyObject } from './copy.ts'
import { deleteObject, deleteObjects } from './delete.ts'
import {
  deleteDocument,
  deletePublicAccessBlock,
  DOCUMENTS,
  getDocument,
  getPolicyStatus,
  getPublicAccessBlock,
  getVersioning,
  putDocument,
  putPublicAccessBlock,
  putVersioning,
} from './documents.ts'
import { deleteInventory, getInventory, putInventory } from './inventory.ts'
import { listObjects, listObjectsV2 } from './list.ts'
import { postObject } from './post.ts'
import { listParts, listUploads } from './multipart-lists.ts'
import { abortUpload, completeUpload, initiateUpload, uploadPart } from './multipart.ts'
import { getObject, getObjectMeta, headObject } from './read.ts'
import { restoreObject } from './restore.ts'
import { getSymlink, putSymlink } from './symlink.ts'
import { putObject } from './write.ts'

interface Named {
  /** As the API reference calls it. */
  name: string
  /** What a policy must allow; undefined for calls that ask by themselves, or are never signed. */
  action: string | undefined
}

export interface BucketOperation extends Named {
  run(call: BucketCall, service: Service): Promise<Reply | 'answered'>
}

export interface ObjectOperation extends Named {
  run(call: ObjectCall, service: Service): Promise<Reply | 'answered'>
}

type Table<T> = Readonly<Record<string, T>>

const BUCKET: Table<BucketOperation> = {
  GET: { name: 'ListObjects', action: 'oss:ListObjects', run: listObjects },
  'GET list-type': { name: 'ListObjectsV2', action: 'oss:ListObjects', run: listObjectsV2 },
  'GET bucketInfo': { name: 'GetBucketInfo', action: 'oss:GetBucketInfo', run: getBucketInfo },
  'GET location': { name: 'GetBucketLocation', action: 'oss:GetBucketLocation', run: getBucketLocation },
  'GET stat': { name: 'GetBucketStat', action: 'oss:GetBucketStat', run: getBucketStat },
  'GET acl': { name: 'GetBucketAcl', action: 'oss:GetBucketAcl', run: getBucketAcl },
  'PUT acl': { name: 'PutBucketAcl', action: 'oss:PutBucketAcl', run: putBucketAcl },
  'GET versioning': { name: 'GetBucketVersioning', action: 'oss:GetBucketVersioning', run: getVersioning },
  'PUT versioning': { name: 'PutBucketVersioning', action: 'oss:PutBucketVersioning', run: putVersioning },
  'GET publicAccessBlock': {
    name: 'GetBucketPublicAccessBlock',
    action: 'oss:GetBucketPublicAccessBlock',
    run: getPublicAccessBlock,
  },
  'PUT publicAccessBlock': {
    name: 'PutBucketPublicAccessBlock',
    action: 'oss:PutBucketPublicAccessBlock',
    run: putPublicAccessBlock,
  },
  'DELETE publicAccessBlock': {
    name: 'DeleteBucketPublicAccessBlock',
    action: 'oss:DeleteBucketPublicAccessBlock',
    run: deletePublicAccessBlock,
  },
  'GET policyStatus': { name: 'GetBucketPolicyStatus', action: 'oss:GetBucketPolicyStatus', run: getPolicyStatus },
  'GET uploads': { name: 'ListMultipartUploads', action: 'oss:ListMultipartUploads', run: listUploads },
  'PUT inventory': { name: 'PutBucketInventory', action: 'oss:PutBucketInventory', run: putInventory },
  'GET inventory': { name: 'GetBucketInventory', action: 'oss:GetBucketInventory', run: getInventory },
  'DELETE inventory': { name: 'DeleteBucketInventory', action: 'oss:DeleteBucketInventory', run: deleteInventory },
  DELETE: { name: 'DeleteBucket', action: 'oss:DeleteBucket', run: deleteBucket },
  POST: { name: 'PostObject', action: undefined, run: postObject },
  'POST delete': { name: 'DeleteMultipleObjects', action: undefined, run: deleteObjects },
  ...Object.fromEntries(
    DOCUMENTS.flatMap((kind): [string, BucketOperation][] => [
      [
        `PUT ${kind.name}`,
        {
          name: `Put${kind.action}`,
          action: `oss:Put${kind.action}`,
          run: (call, service) => putDocument(call, kind, service),
        },
      ],
      [
        `GET ${kind.name}`,
        { name: `Get${kind.action}`, action: `oss:Get${kind.action}`, run: (call) => getDocument(call, kind) },
      ],
      ...(kind.deletes
        ? [
            [
              `DELETE ${kind.name}`,
              {
                name: `Delete${kind.action}`,
                action: `oss:Delete${kind.action}`,
                run: (call: BucketCall) => deleteDocument(call, kind),
              },
            ] satisfies [string, BucketOperation],
          ]
        : []),
    ]),
  ),
}

const OBJECT: Table<ObjectOperation> = {
  GET: { name: 'GetObject', action: 'oss:GetObject', run: getObject },
  HEAD: { name: 'HeadObject', action: 'oss:GetObject', run: headObject },
  'HEAD objectMeta': { name: 'GetObjectMeta', action: 'oss:GetObject', run: getObjectMeta },
  PUT: { name: 'PutObject', action: 'oss:PutObject', run: putObject },
  'PUT x-oss-copy-source': { name: 'CopyObject', action: 'oss:PutObject', run: copyObject },
  DELETE: { name: 'DeleteObject', action: 'oss:DeleteObject', run: deleteObject },
  'GET acl': { name: 'GetObjectAcl', action: 'oss:GetObjectAcl', run: getObjectAcl },
  'PUT acl': { name: 'PutObjectAcl', action: 'oss:PutObjectAcl', run: putObjectAcl },
  'GET tagging': { name: 'GetObjectTagging', action: 'oss:GetObjectTagging', run: getObjectTagging },
  'PUT tagging': { name: 'PutObjectTagging', action: 'oss:PutObjectTagging', run: putObjectTagging },
  'DELETE tagging': { name: 'DeleteObjectTagging', action: 'oss:DeleteObjectTagging', run: deleteObjectTagging },
  'GET symlink': { name: 'GetSymlink', action: 'oss:GetObject', run: getSymlink },
  'PUT symlink': { name: 'PutSymlink', action: 'oss:PutObject', run: putSymlink },
  'POST restore': { name: 'RestoreObject', action: 'oss:RestoreObject', run: restoreObject },
  'POST append': { name: 'AppendObject', action: 'oss:PutObject', run: appendObject },
  'POST uploads': { name: 'InitiateMultipartUpload', action: 'oss:PutObject', run: initiateUpload },
  'PUT uploadId': { name: 'UploadPart', action: 'oss:PutObject', run: uploadPart },
  'POST uploadId': { name: 'CompleteMultipartUpload', action: 'oss:PutObject', run: completeUpload },
  'DELETE uploadId': { name: 'AbortMultipartUpload', action: 'oss:AbortMultipartUpload', run: abortUpload },
  'GET uploadId': { name: 'ListParts', action: 'oss:ListParts', run: listParts },
}

/** Query names that make another call of a request; those that no table has are calls this server does not know. */
const BUCKET_RESOURCES = new Set(
  (
    'accessmonitor accessPoint accessPointPolicy acl archiveDirectRead bucketArchiveDirectRead bucketInfo cname comp ' +
    'cors delete encryption httpsConfig inventory lifecycle list-type live location logging metaQuery ' +
    'overwriteConfig policy policyStatus publicAccessBlock qos qosInfo redundancyTransition referer regionList ' +
    'replication replicationLocation replicationProgress requestPayment resourceGroup responseHeader rtc stat status ' +
    'style tagging transferAcceleration uploads userDefinedLogFieldsConfig versioning versions website worm ' +
    'wormExtend wormId'
  ).split(' '),
)
const OBJECT_RESOURCES = new Set(
  (
    'acl append asyncFetch live objectMeta restore seal select symlink tagging uploadId uploads versionId vod ' +
    'x-oss-process x-oss-async-process'
  ).split(' '),
)

export function bucketOperation(call: Call): BucketOperation {
  return choose(BUCKET, call, subResource(call, BUCKET_RESOURCES))
}

export function objectOperation(call: Call): ObjectOperation {
  const copy = call.method === 'PUT' && call.headers['x-oss-copy-source'] !== undefined
  const sub = subResource(call, OBJECT_RESOURCES)
  return choose(OBJECT, call, copy && sub === undefined ? 'x-oss-copy-source' : sub)
}

function subResource({ query, method }: Call, known: ReadonlySet<string>): string | undefined {
  // Reading past a version would serve another object than the one asked for.
  const version = query.find(({ name }) => name === 'versionId')
  if (version && known === OBJECT_RESOURCES) return version.name
  // An image operation comes with a plain GET, which looks at it itself.
  return query.find(({ name }) => known.has(name) && !(name === 'x-oss-process' && method === 'GET'))?.name
}

function choose<T extends Named>(table: Table<T>, call: Call, sub: string | undefined): T {
  const operation = table[sub === undefined ? call.method : `${call.method} ${sub}`]
  if (operation) return operation
  const what = sub === undefined ? call.method : `${call.method} ?${sub}`
  if (sub === undefined && !['GET', 'HEAD', 'PUT', 'POST', 'DELETE'].includes(call.method)) {
    throw new OssError(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      Method: call.method,
    })
  }
  throw new OssError(501, 'NotImplemented', `The local OSS does not implement ${what} here.`, { Header: what })
}
