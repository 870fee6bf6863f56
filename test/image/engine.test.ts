import { decoding, encoding } from '../../src/image/engine.ts'
import { ImageFault } from '../../src/image/fault.ts'

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => (error instanceof ImageFault ? error.code : 'other'),
  )
}

describe('whose fault a failure is', () => {
  it('blames the bytes when decoding fails twice in the same words', async () => {
    let tries = 0
    const fault = decoding(() => {
      tries++
      return Promise.reject(new Error('premature end of JPEG image'))
    })
    expect(await codeOf(fault)).toBe('undecodable')
    expect(tries).toBe(2)
  })

  it('blames nobody when the second try succeeds', async () => {
    let tries = 0
    expect(await decoding(() => (tries++ === 0 ? Promise.reject(new Error('odd')) : Promise.resolve(7)))).toBe(7)
  })

  it('calls a failure passing when the two tries fail differently', async () => {
    let tries = 0
    expect(await codeOf(decoding(() => Promise.reject(new Error(`fault ${tries++}`))))).toBe('encoder_fault')
  })

  it.each([
    'vips_malloc: out of memory',
    'Insufficient memory (case 4)',
    'unable to create thread',
    'timeout: 7% complete',
  ])('calls %j passing, whatever is decoded', async (message) => {
    expect(await codeOf(decoding(() => Promise.reject(new Error(message))))).toBe('encoder_fault')
  })

  it('never blames the bytes for what an encoder does', async () => {
    expect(await codeOf(encoding(() => Promise.reject(new Error('unable to encode'))))).toBe('encoder_fault')
  })

  it('leaves faults that are already named alone', async () => {
    const large = new ImageFault('source_too_large', 'x')
    expect(await codeOf(decoding(() => Promise.reject(large)))).toBe('source_too_large')
    expect(await codeOf(encoding(() => Promise.reject(large)))).toBe('source_too_large')
  })

  it('says which faults may pass', () => {
    expect(new ImageFault('encoder_fault', 'x').passing).toBe(true)
    expect(new ImageFault('out_of_time', 'x').passing).toBe(true)
    expect(new ImageFault('undecodable', 'x').passing).toBe(false)
  })
})
