/** Keys of the function's role. `securityToken` is absent for permanent keys (a laptop), never empty. */
export interface Credentials {
  accessKeyId: string
  accessKeySecret: string
  securityToken?: string
}

/** What both runtimes give us, and all that the rest of the program knows about where it runs. */
export interface Context {
  requestId: string
  credentials: Credentials | undefined
  function: { name: string; memoryMb: number; region: string }
}

/** @returns undefined unless key id and secret are both there; an empty token means none. */
export function credentialsFrom(
  accessKeyId: string | undefined,
  accessKeySecret: string | undefined,
  securityToken: string | undefined,
): Credentials | undefined {
  if (!accessKeyId || !accessKeySecret) return undefined
  return securityToken ? { accessKeyId, accessKeySecret, securityToken } : { accessKeyId, accessKeySecret }
}

/**
 * Credentials and facts Function Compute puts into the environment of every runtime.
 * Source: https://help.aliyun.com/zh/functioncompute/fc/user-guide/environment-variables
 */
export function contextFromEnvironment(env: NodeJS.ProcessEnv, requestId: string): Context {
  return {
    requestId,
    credentials: credentialsFrom(
      env['ALIBABA_CLOUD_ACCESS_KEY_ID'],
      env['ALIBABA_CLOUD_ACCESS_KEY_SECRET'],
      env['ALIBABA_CLOUD_SECURITY_TOKEN'],
    ),
    function: {
      name: env['FC_FUNCTION_NAME'] ?? '',
      memoryMb: Number(env['FC_FUNCTION_MEMORY_SIZE'] ?? 0),
      region: env['FC_REGION'] ?? '',
    },
  }
}

/** FC sets these in every runtime and reserves the prefix; outside FC nobody is believed to be FC. */
export function runsInFunctionCompute(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env['FC_FUNCTION_NAME'] && env['FC_INSTANCE_ID'])
}
