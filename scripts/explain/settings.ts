import { parse } from 'dotenv'

import { loadConfig } from '../../src/config.ts'
import type { KeySettings } from '../../src/key/settings.ts'

export interface ExplainSettings {
  keySettings: KeySettings
  /** Names of the buckets; what they are for, where none are set. */
  originals: string
  compressed: string
  sourcePrefixes: readonly string[]
}

/** The settings that decide what a key means. */
const ABOUT_KEYS = ['DIALECTS', 'STYLES', 'ALLOW', 'SIGNING_KEY', 'SOURCE_PREFIXES'] as const

/** In place of what a function cannot start without but a key does not depend on. */
const STAND_INS = {
  OSS_REGION: 'cn-hangzhou',
  OSS_ORIGINAL_BUCKET_NAME: 'originals',
  OSS_COMPRESS_BUCKET_NAME: 'compressed',
  MIRROR_SECRET: 'stands-in-for-the-secret',
}

/**
 * The function's own reading of the environment, restricted to what is about keys.
 * @param dotEnv contents of .env; the environment wins.
 * @throws ConfigError
 */
export function readExplainSettings(env: NodeJS.ProcessEnv, dotEnv: string): ExplainSettings {
  const file = parse(dotEnv)
  const chosen: NodeJS.ProcessEnv = { ...STAND_INS }
  for (const name of [...ABOUT_KEYS, 'OSS_ORIGINAL_BUCKET_NAME', 'OSS_COMPRESS_BUCKET_NAME']) {
    const value = env[name] ?? file[name]
    if (value !== undefined && value.trim() !== '') chosen[name] = value
  }
  const { keySettings, originals, compressed, sourcePrefixes } = loadConfig(chosen, false)
  return { keySettings, originals, compressed, sourcePrefixes }
}
