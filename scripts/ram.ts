// Roles and policies of the account, through Alibaba's own SDK: the few calls that setup and doctor need.
import * as sdk from '@alicloud/ram20150501'

import { MissingPermission } from './deployment/permission.ts'

export interface RamKeys {
  accessKeyId: string
  accessKeySecret: string
  securityToken?: string
  /** Address of the API where it is not the public one; http only on this machine. */
  ramEndpoint?: string
}

export interface RamRole {
  name: string
  arn: string
  /** Who may take it: the parsed trust policy. */
  trust: unknown
}

export interface PolicyName {
  name: string
  type: 'Custom' | 'System'
}

export interface AttachedPolicy extends PolicyName {
  /** Its default version, parsed. */
  document: unknown
}

/** Every method throws MissingPermission where the keys may not do what it needs, and an Error with RAM's code otherwise. */
export interface Ram {
  /** undefined: there is none. */
  roleOf(name: string): Promise<RamRole | undefined>
  /** Names of everything attached to the role; nothing where there is no such role. */
  attachedTo(roleName: string): Promise<PolicyName[]>
  /** The same with what each of them says. */
  policiesOf(roleName: string): Promise<AttachedPolicy[]>
  /** The default version of one of the account's own policies, parsed; undefined: there is none. */
  customPolicy(name: string): Promise<{ document: unknown } | undefined>
  createRole(name: string, trust: object, description: string): Promise<void>
  setTrust(roleName: string, trust: object): Promise<void>
  createPolicy(name: string, document: object, description: string): Promise<void>
  /** As a new default version; of the five there may be, the oldest one not in use makes room. */
  setPolicy(name: string, document: object): Promise<void>
  attach(roleName: string, policyName: string): Promise<void>
  detach(roleName: string, policy: PolicyName): Promise<void>
}

const PUBLIC_ENDPOINT = 'https://ram.aliyuncs.com'
const CONNECT_MS = 5_000
const ANSWER_MS = 15_000

/** https://www.alibabacloud.com/help/en/ram/developer-reference/api-ram-2015-05-01-overview */
export function createRam(keys: RamKeys): Ram {
  const client = clientOf(keys)

  const roleOf = (RoleName: string) =>
    unlessMissing('EntityNotExist.Role', async () => {
      const request = new sdk.GetRoleRequest({ roleName: RoleName })
      const { body } = await asked(client.getRole(request), 'GetRole', `role/${RoleName}`)
      const { roleName = RoleName, arn = '', assumeRolePolicyDocument } = body?.role ?? {}
      return { name: roleName, arn, trust: parsed(assumeRolePolicyDocument) }
    })

  const attachedTo = async (roleName: string): Promise<PolicyName[]> => {
    const answer = await unlessMissing('EntityNotExist.Role', async () => {
      const request = new sdk.ListPoliciesForRoleRequest({ roleName })
      return asked(client.listPoliciesForRole(request), 'ListPoliciesForRole', `role/${roleName}`)
    })
    return (answer?.body?.policies?.policy ?? []).map(({ policyName = '', policyType }) => ({
      name: policyName,
      type: policyType === 'System' ? 'System' : 'Custom',
    }))
  }

  const documentOf = async (policyName: string, policyType: string) => {
    const request = new sdk.GetPolicyRequest({ policyName, policyType })
    const { body } = await asked(client.getPolicy(request), 'GetPolicy', `policy/${policyName}`)
    return parsed(body?.defaultPolicyVersion?.policyDocument)
  }

  return {
    roleOf,
    attachedTo,
    async policiesOf(roleName) {
      const policies: AttachedPolicy[] = []
      for (const { name, type } of await attachedTo(roleName)) {
        policies.push({ name, type, document: await documentOf(name, type) })
      }
      return policies
    },
    customPolicy: (name) =>
      unlessMissing('EntityNotExist.Policy', async () => ({ document: await documentOf(name, 'Custom') })),
    async createRole(roleName, trust, description) {
      const assumeRolePolicyDocument = JSON.stringify(trust)
      const request = new sdk.CreateRoleRequest({ roleName, assumeRolePolicyDocument, description })
      await asked(client.createRole(request), 'CreateRole', `role/${roleName}`)
    },
    async setTrust(roleName, trust) {
      const request = new sdk.UpdateRoleRequest({ roleName, newAssumeRolePolicyDocument: JSON.stringify(trust) })
      await asked(client.updateRole(request), 'UpdateRole', `role/${roleName}`)
    },
    async createPolicy(policyName, document, description) {
      const policyDocument = JSON.stringify(document)
      const request = new sdk.CreatePolicyRequest({ policyName, policyDocument, description })
      await asked(client.createPolicy(request), 'CreatePolicy', `policy/${policyName}`)
    },
    async setPolicy(policyName, document) {
      const request = new sdk.CreatePolicyVersionRequest({
        policyName,
        policyDocument: JSON.stringify(document),
        setAsDefault: true,
        rotateStrategy: 'DeleteOldestNonDefaultVersionWhenLimitExceeded',
      })
      await asked(client.createPolicyVersion(request), 'CreatePolicyVersion', `policy/${policyName}`)
    },
    async attach(roleName, policyName) {
      const request = new sdk.AttachPolicyToRoleRequest({ policyName, policyType: 'Custom', roleName })
      await asked(client.attachPolicyToRole(request), 'AttachPolicyToRole', `role/${roleName}`)
    },
    async detach(roleName, { name, type }) {
      const request = new sdk.DetachPolicyFromRoleRequest({ policyName: name, policyType: type, roleName })
      await asked(client.detachPolicyFromRole(request), 'DetachPolicyFromRole', `role/${roleName}`)
    },
  }
}

function clientOf({ accessKeyId, accessKeySecret, securityToken, ramEndpoint }: RamKeys) {
  const url = new URL(ramEndpoint ?? PUBLIC_ENDPOINT)
  if (url.protocol !== 'https:' && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) {
    throw new Error(`Expected RAM_ENDPOINT to be https:// or on this machine, got ${url.href}.`)
  }
  const config = {
    accessKeyId,
    accessKeySecret,
    ...(securityToken === undefined ? {} : { securityToken }),
    endpoint: url.host,
    protocol: url.protocol.replace(':', ''),
    connectTimeout: CONNECT_MS,
    readTimeout: ANSWER_MS,
  }
  return new Client(config as ConstructorParameters<typeof Client>[0])
}

// The SDK is CommonJS: its class is the default export of what Node's own modules import, and the import itself elsewhere.
const imported = sdk.default as typeof sdk.default | { default: typeof sdk.default }
const Client = 'default' in imported ? imported.default : imported

interface SdkError {
  code?: string
  statusCode?: number
  message?: string
  accessDeniedDetail?: { AuthAction?: string }
}

/** The call's answer. @throws MissingPermission, or an Error with RAM's code as `code` and no request in it. */
async function asked<T>(answer: Promise<T>, action: string, resource: string): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const { code = 'unknown', statusCode, message = '', accessDeniedDetail } = error as SdkError
    if (statusCode === 403 && /^(NoPermission|Forbidden|AccessDenied)/.test(code)) {
      const named = /Resource: (acs:\S+)/.exec(message)?.[1] ?? `acs:ram:*:*:${resource}`
      throw new MissingPermission(accessDeniedDetail?.AuthAction ?? `ram:${action}`, named)
    }
    const what =
      statusCode === undefined
        ? `Expected RAM to answer ${action}, got: ${code}. Check the network${code === 'unknown' ? ` (${message})` : ''}.`
        : `RAM answered ${action} on ${resource} with ${code}: ${message}`
    throw Object.assign(new Error(what), { code })
  }
}

async function unlessMissing<T>(missing: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === missing) return undefined
    throw error
  }
}

/** Policies come as JSON text; what is none is handed on as it is, so that a comparison with ours fails. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return text
  }
}
