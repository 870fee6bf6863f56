// Puts objects into a store as fast as it can until it is killed. Started by crash.test.ts.
import { openStore } from '../../../../../scripts/local/oss/store/store.ts'

const [, , dataDir = ''] = process.argv
const store = openStore({ dataDir, now: Date.now, durable: false })
const settings = {
  ownerId: '1',
  created: 0,
  acl: 'private' as const,
  storageClass: 'Standard',
  blockPublicAccess: false,
}
const bucket = store.bucket('bucket') ?? store.createBucket('bucket', { ...settings, documents: {} })

async function put(key: string, round: number): Promise<void> {
  const writer = bucket.files.openWriter()
  // The same letter throughout: a reader can tell a mixture of two objects from either.
  const bytes = Buffer.alloc(1 + ((round * 7919) % 200_000), 97 + (round % 26))
  for (let at = 0; at < bytes.length; at += 16_384) await writer.write(bytes.subarray(at, at + 16_384))
  await writer.commit(key, { contentType: 'text/plain', headers: {}, user: { round: String(round) } })
}

process.stdout.write('ready\n')
for (let round = 0; ; round += 1) {
  await Promise.all([0, 1, 2].map((key) => put(`key ${(round + key) % 5}`, round)))
  if (round % 4 === 0) await bucket.files.remove([`key ${round % 5}`])
  process.stdout.write(`${round}\n`)
}
