// The calls of the RAM API that setting up two functions takes, and what each of them must be allowed to do.
// Source: https://www.alibabacloud.com/help/en/ram/developer-reference/api-ram-2015-05-01-dir and its page of error codes.

import type { Parameters, RamWorld } from './operations/parameters.ts'
import {
  createPolicy,
  createPolicyVersion,
  deletePolicyVersion,
  getPolicy,
  getPolicyVersion,
  listPolicyVersions,
} from './operations/policies.ts'
import { attach, createRole, deleteRole, detach, getRole, listPoliciesForRole, updateRole } from './operations/roles.ts'

export interface RamOperation {
  /** What a policy of the caller has to cover: role/NAME, policy/NAME. */
  resources(parameters: Parameters): string[]
  run(parameters: Parameters, world: RamWorld): Record<string, unknown>
}

const onRole = (p: Parameters) => [`role/${p['RoleName'] ?? ''}`]
const onPolicy = (p: Parameters) => [`policy/${p['PolicyName'] ?? ''}`]
const onBoth = (p: Parameters) => [...onPolicy(p), ...onRole(p)]

/** By the name in x-acs-action. */
export const OPERATIONS: Readonly<Record<string, RamOperation>> = {
  GetRole: { resources: onRole, run: getRole },
  CreateRole: { resources: onRole, run: createRole },
  UpdateRole: { resources: onRole, run: updateRole },
  DeleteRole: { resources: onRole, run: deleteRole },
  ListPoliciesForRole: { resources: onRole, run: listPoliciesForRole },
  AttachPolicyToRole: { resources: onBoth, run: attach },
  DetachPolicyFromRole: { resources: onBoth, run: detach },
  GetPolicy: { resources: onPolicy, run: getPolicy },
  CreatePolicy: { resources: onPolicy, run: createPolicy },
  CreatePolicyVersion: { resources: onPolicy, run: createPolicyVersion },
  GetPolicyVersion: { resources: onPolicy, run: getPolicyVersion },
  ListPolicyVersions: { resources: onPolicy, run: listPolicyVersions },
  DeletePolicyVersion: { resources: onPolicy, run: deletePolicyVersion },
}
