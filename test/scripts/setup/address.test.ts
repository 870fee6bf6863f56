import { checkMirrorUrl, warningsFor } from '../../../scripts/setup/rule-step.ts'

it.each([
  ['https://pictures.example.com', 'https://pictures.example.com/'],
  ['https://pictures.example.com/', 'https://pictures.example.com/'],
  ['http://127.0.0.1:9000', 'http://127.0.0.1:9000/'],
])('the address %s is taken as %s', (given, taken) => {
  expect(checkMirrorUrl(given)).toBe(taken)
})

it.each(['', 'x', 'ftp://a/', 'https://a/?q', 'https://a/#f', 'https://u:p@a/'])('%s is no address', (given) => {
  expect(() => checkMirrorUrl(given)).toThrow('Expected the function')
})

it.each(['https://f.cn-hangzhou-vpc.fcapp.run/', 'https://1.cn-hangzhou-internal.fc.aliyuncs.com/'])(
  '%s cannot be reached by OSS',
  (given) => {
    expect(() => checkMirrorUrl(given)).toThrow('Expected a public address')
  },
)

it('warns of the default domain, whose answers become downloads for ever, of a secret in the clear, and of a path', () => {
  expect(warningsFor('https://origin-abc.cn-hangzhou.fcapp.run/')).toEqual([
    expect.stringContaining('Content-Disposition: attachment to every answer'),
  ])
  expect(warningsFor('http://pictures.example.com/a/')).toEqual([
    expect.stringContaining('in the clear'),
    expect.stringContaining('has a path'),
  ])
  expect(warningsFor('https://pictures.example.com/')).toEqual([])
  expect(warningsFor('http://127.0.0.1:9000/')).toEqual([])
})
