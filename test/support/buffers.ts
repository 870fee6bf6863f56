// Run before every test file: bytes are compared as bytes. Jest would look at each of them as an element of a list, which
// takes seconds where a picture has hundreds of thousands.
import { expect } from '@jest/globals'

expect.addEqualityTesters([
  (one, other) => (Buffer.isBuffer(one) && Buffer.isBuffer(other) ? one.equals(other) : undefined),
])
