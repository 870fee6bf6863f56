// `setup --print`: everything as text, for those who set it up by hand, in the console or with Terraform.
import { FUNCTION_TRUST } from '../deployment/policies.ts'
import { type NewRule, websiteXml } from '../deployment/rule.ts'
import type { WantedRole } from './role-steps.ts'
import { terraform } from './terraform.ts'

export interface PrintInput {
  region: string
  originals: string
  compressed: string
  privateCompressed: boolean
  /** With placeholders where something is not known or is a secret. */
  rule: NewRule
  roles: Record<'origin' | 'events', WantedRole>
}

export interface Printed {
  trust: object
  policies: Record<string, object>
  /** What whoever runs setup has to be allowed. */
  setupPolicy: object
  websiteXml: string
  terraform: string
}

export function printed(input: PrintInput): Printed {
  const { roles, rule } = input
  return {
    trust: FUNCTION_TRUST,
    policies: { [roles.origin.name]: roles.origin.policy, [roles.events.name]: roles.events.policy },
    setupPolicy: setupPolicy(input),
    websiteXml: websiteXml(rule),
    terraform: terraform(input),
  }
}

/** Everything setup ever asks for, and nothing else. */
export function setupPolicy({
  originals,
  compressed,
  roles,
}: Pick<PrintInput, 'originals' | 'compressed' | 'roles'>): object {
  const names = [roles.origin.name, roles.events.name]
  const allow = (Action: string[], Resource: string[]) => ({ Effect: 'Allow', Action, Resource })
  return {
    Version: '1',
    Statement: [
      allow(
        ['oss:GetBucketInfo', 'oss:PutBucket', 'oss:PutBucketAcl', 'oss:GetBucketWebsite'],
        [`acs:oss:*:*:${originals}`, `acs:oss:*:*:${compressed}`],
      ),
      allow(['oss:PutBucketWebsite', 'oss:PutBucketPublicAccessBlock'], [`acs:oss:*:*:${compressed}`]),
      allow(
        ['ram:GetRole', 'ram:CreateRole', 'ram:UpdateRole', 'ram:ListPoliciesForRole', 'ram:AttachPolicyToRole'],
        names.map((name) => `acs:ram:*:*:role/${name}`),
      ),
      allow(
        ['ram:GetPolicy', 'ram:CreatePolicy', 'ram:CreatePolicyVersion', 'ram:AttachPolicyToRole'],
        names.map((name) => `acs:ram:*:*:policy/${name}`),
      ),
    ],
  }
}

/** For people; everything between two headings can be copied as it stands. */
export function asText({ trust, policies, setupPolicy, websiteXml, terraform }: Printed, input: PrintInput): string {
  const json = (value: object) => JSON.stringify(value, null, 2)
  const parts = [
    ['Trust policy of both roles', json(trust)],
    ...Object.entries(policies).map(([name, policy]) => [`Policy ${name}, for the role ${name}`, json(policy)]),
    ['What setup itself has to be allowed (ram and oss)', json(setupPolicy)],
    [
      `Website configuration of ${input.compressed}: replaces all there is, so keep the rest of yours`,
      websiteXml.trim(),
    ],
    ['Terraform', terraform.trim()],
  ]
  return parts.map(([heading, text]) => `# ${heading}\n${text}\n`).join('\n')
}
