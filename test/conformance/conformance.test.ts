// A slice of `npm run conformance`: object and bucket calls, signed by both versions. Needs Go and the packages that
// scripts/conformance/suite.ts names; without them it is skipped, with the command that installs them.

import { COLUMNS } from '../../scripts/conformance/columns.ts'
import { runMatrix } from '../../scripts/conformance/matrix.ts'
import type { MatrixResult } from '../../scripts/conformance/matrix.ts'
import { missing } from '../../scripts/conformance/suite.ts'

const reason = missing()
if (reason !== undefined) process.stderr.write(`The conformance suite is skipped. ${reason}\n`)

const columns = COLUMNS.filter(({ name }) => ['v1-direct', 'v4-ip-host'].includes(name))

// Of the tests of buckets, those that do not wait for caches of the real service.
const QUICK =
  /^Oss(?:Bucket|BucketMultipart)Suite\.|^OssClientSuite\.Test(?:CreateBucketNegative|DeleteBucketNegative|ListBucket|IsBucketExist|GetBucketInfo|GetBucketLocation|BucketAclNegative|BucketLifecycleNegative|Proxy)$/

;(reason === undefined ? describe : describe.skip)('the suite of the vendor’s Go client', () => {
  let result: MatrixResult
  beforeAll(async () => {
    result = await runMatrix({ columns, wanted: (test) => QUICK.test(test), jobs: 24, budgetMs: 120_000 })
  }, 180_000)

  it.each(columns.map(({ name }) => name))('passes, %s', (name) => {
    const column = result.columns.find((each) => each.column === name)
    expect(column).toMatchObject({
      failures: [],
      strayed: [],
      suites: [
        { suite: 'OssBucketMultipartSuite', passed: 17, failed: 0, skipped: 0 },
        { suite: 'OssBucketSuite', passed: 29, failed: 0, skipped: 0 },
        { suite: 'OssClientSuite', passed: 9, failed: 0 },
      ],
    })
    expect(column?.requests).toBeGreaterThan(500)
    expect(result.passed).toBe(true)
  })
})
