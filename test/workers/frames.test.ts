import { frame, frameReader } from '../../src/workers/frames.ts'

function framesOf(chunks: Buffer[]): [unknown, string][] {
  const found: [unknown, string][] = []
  const read = frameReader((head, body) => found.push([head, body.toString()]))
  for (const chunk of chunks) {
    const reused = Buffer.from(chunk)
    read(reused)
    reused.fill(0)
  }
  return found
}

const bytes = Buffer.concat([
  ...frame({ n: 1 }, Buffer.from('one')),
  ...frame({ n: 2, text: '雨' }),
  ...frame({ n: 3 }, Buffer.alloc(0)),
  ...frame({ n: 4 }, Buffer.from('four')),
])
const expected = [
  [{ n: 1 }, 'one'],
  [{ n: 2, text: '雨' }, ''],
  [{ n: 3 }, ''],
  [{ n: 4 }, 'four'],
]

it('puts frames together from one chunk', () => {
  expect(framesOf([bytes])).toEqual(expected)
})

it.each([1, 2, 3, 7, 8, 9, 50])('puts frames together from chunks of %i bytes', (size) => {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
  expect(framesOf(chunks)).toEqual(expected)
})
