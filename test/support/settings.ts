import { type Config, loadConfig } from '../../src/config.ts'

export const SECRET = 'a-secret-of-the-tests'

/** The least environment a function starts with. */
export const LEAST_ENVIRONMENT = {
  OSS_REGION: 'cn-hangzhou',
  OSS_ORIGINAL_BUCKET_NAME: 'originals',
  OSS_COMPRESS_BUCKET_NAME: 'compressed',
  MIRROR_SECRET: SECRET,
}

export function testConfig(environment: Record<string, string> = {}): Config {
  return loadConfig({ ...LEAST_ENVIRONMENT, ...environment }, true)
}
