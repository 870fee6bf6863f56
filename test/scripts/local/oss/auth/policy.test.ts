import { checkPolicy, evaluatePolicy, matchesWildcards } from '../../../../../scripts/local/oss/auth/policy.ts'
import type { RamPolicy, RamStatement } from '../../../../../scripts/local/oss/auth/policy.ts'

const WORLD = { region: 'cn-hangzhou', ownerId: '1' }
const policy = (...Statement: RamStatement[]): RamPolicy => ({ Version: '1', Statement })
const allow = (
  Action: string | string[],
  Resource: string | string[],
  more: Partial<RamStatement> = {},
): RamStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})
const ask = (action: string, resource: string, facts: Record<string, string> = {}) => ({ action, resource, facts })

describe('evaluation', () => {
  it.each([
    ['oss:GetObject', 'acs:oss:*:*:b/*', 'oss:GetObject', 'b/k/l', 'allow'],
    ['oss:GetObject', 'acs:oss:*:*:b/*', 'oss:PutObject', 'b/k', 'silent'],
    ['oss:Get*', 'acs:oss:*:*:b/*', 'oss:GetObjectTagging', 'b/k', 'allow'],
    ['oss:getobject', 'acs:oss:*:*:b/*', 'oss:GetObject', 'b/k', 'allow'],
    ['*', '*', 'oss:DeleteBucket', 'b', 'allow'],
    ['oss:*', 'acs:oss:*:*:b', 'oss:GetObject', 'b/k', 'silent'],
    ['oss:*', 'acs:oss:*:*:b/*', 'oss:ListObjects', 'b', 'silent'],
    ['oss:*', 'acs:oss:*:*:b/p/*', 'oss:GetObject', 'b/pp/k', 'silent'],
    ['oss:*', 'acs:oss:*:*:b/p/*', 'oss:GetObject', 'b/p/k', 'allow'],
    ['oss:*', 'acs:oss:oss-cn-hangzhou:1:b/*', 'oss:GetObject', 'b/k', 'allow'],
    ['oss:*', 'acs:oss:cn-beijing:*:b/*', 'oss:GetObject', 'b/k', 'silent'],
    ['oss:*', 'acs:oss:*:2:b/*', 'oss:GetObject', 'b/k', 'silent'],
    ['oss:*', 'acs:oss:*:*:b/a:b', 'oss:GetObject', 'b/a:b', 'allow'],
    ['oss:*', 'acs:oss:*:*:b/?', 'oss:GetObject', 'b/xy', 'silent'],
    ['*', 'acs:ram:*:*:b/*', 'oss:GetObject', 'b/k', 'silent'],
    ['*', 'acs:ram:*:*:role/r', 'ram:GetRole', 'role/r', 'allow'],
  ])('%s on %s, asked %s on %s: %s', (action, pattern, asked, resource, verdict) => {
    expect(evaluatePolicy(policy(allow(action, pattern)), ask(asked, resource), WORLD)).toBe(verdict)
  })

  it('lets a denial win, wherever it stands', () => {
    const deny: RamStatement = { Effect: 'Deny', Action: 'oss:GetObject', Resource: 'acs:oss:*:*:b/secret/*' }
    for (const order of [policy(deny, allow('oss:*', '*')), policy(allow('oss:*', '*'), deny)]) {
      expect(evaluatePolicy(order, ask('oss:GetObject', 'b/secret/k'), WORLD)).toBe('deny')
      expect(evaluatePolicy(order, ask('oss:GetObject', 'b/k'), WORLD)).toBe('allow')
    }
  })

  it('asks conditions', () => {
    const only = policy(
      allow('oss:ListObjects', 'acs:oss:*:*:b', { Condition: { StringLike: { 'oss:Prefix': ['a/*', 'b/*'] } } }),
    )
    expect(evaluatePolicy(only, ask('oss:ListObjects', 'b', { 'oss:Prefix': 'a/x' }), WORLD)).toBe('allow')
    expect(evaluatePolicy(only, ask('oss:ListObjects', 'b', { 'oss:Prefix': '' }), WORLD)).toBe('silent')
    expect(evaluatePolicy(only, ask('oss:ListObjects', 'b'), WORLD)).toBe('silent')
  })

  it('looks at who asks in bucket policies', () => {
    const forOne = policy(allow('oss:GetObject', 'acs:oss:*:*:b/*', { Principal: ['7'] }))
    expect(evaluatePolicy(forOne, ask('oss:GetObject', 'b/k'), WORLD, '7')).toBe('allow')
    expect(evaluatePolicy(forOne, ask('oss:GetObject', 'b/k'), WORLD, undefined)).toBe('silent')
  })
})

describe('what is not understood is refused', () => {
  it.each([
    [{ Version: '2012-10-17', Statement: [allow('*', '*')] }, 'Version'],
    [{ Version: '1', Statement: [] }, 'statements'],
    [policy({ ...allow('*', '*'), NotAction: 'x' } as RamStatement), 'NotAction'],
    [policy({ ...allow('*', '*'), Effect: 'allow' as 'Allow' }), 'Allow or Deny'],
    [policy(allow('GetObject', '*')), 'action'],
    [policy(allow('oss:GetObject', 'b/*')), 'resource'],
    [policy(allow('oss:GetObject', [])), 'Resource'],
    [policy(allow('oss:GetObject', '*', { Principal: ['*'] })), 'Principal'],
    [policy(allow('*', '*', { Condition: { IpAddress: { 'acs:SourceIp': '1.2.3.4' } } })), 'IpAddress'],
    [policy(allow('*', '*', { Condition: { StringEquals: { 'acs:MFAPresent': 'true' } } })), 'acs:MFAPresent'],
    ['text', 'policy object'],
  ])('%j', (document, message) => {
    expect(() => checkPolicy(document, 'ram')).toThrow(message)
  })
})

describe('wildcards', () => {
  it.each([
    ['*', '', true],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbbd', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['a?c', 'a/c', true],
    ['', 'a', false],
  ])('%s on %j: %s', (pattern, text, wanted) => {
    expect(matchesWildcards(pattern, text)).toBe(wanted)
  })

  it('take linear time', () => {
    expect(matchesWildcards('*a'.repeat(50) + 'b', 'a'.repeat(5000))).toBe(false)
  })
})
