// What an account says no to, in words its administrator can act on.

/** The keys in use may not do something; `action` and `resource` are what a RAM policy would have to allow. */
export class MissingPermission extends Error {
  readonly action: string
  /** An ARN: acs:oss:*:*:bucket, acs:ram:*:*:role/name. */
  readonly resource: string

  constructor(action: string, resource: string) {
    super(
      `Expected permission for ${action} on ${resource}, got a refusal. Allow it to the RAM user or role whose keys are in use.`,
    )
    this.name = 'MissingPermission'
    this.action = action
    this.resource = resource
  }
}
