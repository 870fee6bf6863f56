import { eventsPolicy, FUNCTION_TRUST, originPolicy } from '../../../scripts/deployment/policies.ts'
import { judge, trusted } from '../../../scripts/doctor/policy.ts'

const statement = (Effect: string, Action: unknown, Resource: unknown, more: object = {}) => ({
  Version: '1',
  Statement: [{ Effect, Action, Resource, ...more }],
})
const GET = { action: 'oss:GetObject', resource: 'photos/a/b.jpg' }

it.each([
  ['the action and the bucket', statement('Allow', ['oss:GetObject'], ['acs:oss:*:*:photos/*']), 'yes'],
  ['wildcards', statement('Allow', 'oss:Get*', '*'), 'yes'],
  ['another case of the action', statement('Allow', 'OSS:getobject', 'acs:oss:cn-hangzhou:1:photos/a/*'), 'yes'],
  ['another bucket', statement('Allow', 'oss:*', 'acs:oss:*:*:photos2/*'), 'no'],
  ['the bucket without its objects', statement('Allow', 'oss:*', 'acs:oss:*:*:photos'), 'no'],
  ['another folder', statement('Allow', 'oss:*', 'acs:oss:*:*:photos/c/*'), 'no'],
  ['everything but something else', statement('Allow', undefined, '*', { NotAction: 'oss:PutObject' }), 'yes'],
  ['everything but this', statement('Allow', undefined, '*', { NotAction: 'oss:Get*' }), 'no'],
  ['all resources but this', statement('Allow', 'oss:*', undefined, { NotResource: 'acs:oss:*:*:photos/*' }), 'no'],
  [
    'a condition',
    statement('Allow', 'oss:*', '*', { Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } } }),
    'depends',
  ],
  ['an empty condition', statement('Allow', 'oss:*', '*', { Condition: {} }), 'yes'],
  ['one statement without a list', { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }, 'yes'],
  ['no policy at all', 'not a policy', 'no'],
])('a policy with %s', (_, document, verdict) => {
  expect(judge([document], GET)).toBe(verdict)
})

it('a deny wins over every allow, and a deny under a condition makes it depend', () => {
  const allow = statement('Allow', '*', '*')
  const deny = statement('Deny', 'oss:GetObject', '*')
  const perhaps = statement('Deny', 'oss:GetObject', '*', { Condition: { Bool: { 'acs:SecureTransport': 'false' } } })
  expect([judge([allow, deny], GET), judge([deny, allow], GET), judge([allow, perhaps], GET)]).toEqual([
    'no',
    'no',
    'depends',
  ])
})

it('the policies that setup writes allow what each function does, and no more', () => {
  const buckets = { originals: 'o', compressed: 'c' }
  const may = (policy: object, action: string, resource: string) => judge([policy], { action, resource })
  const [origin, events] = [originPolicy(buckets), eventsPolicy(buckets)]
  expect([may(origin, 'oss:GetObject', 'o/x'), may(origin, 'oss:PutObject', 'c/x')]).toEqual(['yes', 'yes'])
  expect([may(origin, 'oss:DeleteObject', 'c/x'), may(origin, 'oss:PutObject', 'o/x')]).toEqual(['no', 'no'])
  expect([may(events, 'oss:DeleteObject', 'c/x'), may(events, 'oss:ListObjects', 'c')]).toEqual(['yes', 'yes'])
  expect([may(events, 'oss:DeleteObject', 'o/x'), may(events, 'oss:ListObjects', 'o')]).toEqual(['no', 'no'])
})

it('says who may take a role', () => {
  expect(trusted(FUNCTION_TRUST)).toEqual(['fc.aliyuncs.com'])
  const mixed = {
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: ['fc.aliyuncs.com'], RAM: 'acs:ram::1:root' },
      },
      { Effect: 'Allow', Action: 'sts:*', Principal: '*' },
      { Effect: 'Deny', Action: 'sts:AssumeRole', Principal: { Service: 'ecs.aliyuncs.com' } },
    ],
  }
  expect(trusted(mixed)).toEqual(['fc.aliyuncs.com', 'acs:ram::1:root', '*'])
  expect(trusted(undefined)).toEqual([])
})
