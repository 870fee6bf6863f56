import type { FunctionCredentials, FunctionSpec } from './spec.ts'

/** What an instance is started with. */
export interface InstanceIdentity {
  instanceId: string
  port: number
  region: string
  accountId: string
  /** Absent when the switch keeps keys out of the environment. */
  credentials: FunctionCredentials | undefined
}

/**
 * The whole environment of an instance; nothing of this process's own leaks in.
 * Source: Function Compute, "Environment variables" (FC_* and ALIBABA_CLOUD_*). The keys are fixed when it starts.
 * `OSS_IMAGE_ORIGIN_LISTEN_HOST` is ours: on the platform the function listens on 0.0.0.0, a laptop should not.
 */
export function instanceEnvironment(spec: FunctionSpec, identity: InstanceIdentity): Record<string, string> {
  const { credentials } = identity
  const keys: Record<string, string> = credentials
    ? {
        ALIBABA_CLOUD_ACCESS_KEY_ID: credentials.accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: credentials.accessKeySecret,
        ALIBABA_CLOUD_SECURITY_TOKEN: credentials.securityToken,
      }
    : {}
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: '/tmp',
    TZ: 'UTC',
    OSS_IMAGE_ORIGIN_LISTEN_HOST: '127.0.0.1',
    ...spec.environment,
    ...keys,
    // FC_* names are reserved: the platform's values win over the function's.
    FC_FUNC_CODE_PATH: spec.codeDir,
    FC_ACCOUNT_ID: identity.accountId,
    FC_FUNCTION_HANDLER: spec.handler ?? 'index.handler',
    FC_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    FC_FUNCTION_NAME: spec.name,
    FC_REGION: identity.region,
    FC_CUSTOM_LISTEN_PORT: String(identity.port),
    FC_INSTANCE_ID: identity.instanceId,
    FC_VER_ID: 'LATEST',
  }
}
