import { createClients } from '../../src/oss/clients.ts'

const settings = { region: 'cn-hangzhou', endpoint: 'http://localhost:1' }
const keys = (accessKeyId: string, securityToken = 'token') => ({ accessKeyId, accessKeySecret: 's', securityToken })

it('there is one client for each set of keys and each bucket, and it is kept', async () => {
  const clients = createClients(settings)
  const first = await clients.get(keys('one'), 'first')
  expect(await clients.get(keys('one'), 'first')).toBe(first)
  expect(await clients.get(keys('two'), 'first')).not.toBe(first)
  expect(await clients.get(keys('one', 'another'), 'first')).not.toBe(first)
  expect(await clients.get(keys('one'), 'second')).not.toBe(first)
})

it('keys that came long ago are forgotten: they expire, and never come back', async () => {
  const clients = createClients(settings)
  const first = await clients.get(keys('0'), 'first')
  for (let set = 1; set < 20; set++) await clients.get(keys(String(set)), 'first')
  const last = await clients.get(keys('19'), 'first')
  expect(await clients.get(keys('19'), 'first')).toBe(last)
  expect(await clients.get(keys('0'), 'first')).not.toBe(first)
})

it('a library that could not be loaded once is loaded the next time', async () => {
  let failures = 1
  jest.doMock('ali-oss', () => {
    if (failures-- > 0) throw new Error('EMFILE: too many open files')
    return { __esModule: true, default: jest.requireActual<object>('ali-oss') }
  })
  try {
    await jest.isolateModulesAsync(async () => {
      const { createClients: create } = await import('../../src/oss/clients.ts')
      const clients = create(settings)
      await expect(clients.get(keys('one'), 'first')).rejects.toThrow('EMFILE')
      expect(await clients.get(keys('one'), 'first')).toHaveProperty('put')
    })
  } finally {
    jest.dontMock('ali-oss')
  }
})
