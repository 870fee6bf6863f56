import type { CloudAddresses } from '../../../scripts/local/cloud.ts'

/** The environment that describes a local cloud as if it were a deployment of one's own. */
export function environmentOf(addresses: CloudAddresses, more: Record<string, string> = {}): Record<string, string> {
  return {
    OSS_REGION: addresses.region,
    OSS_ENDPOINT: addresses.oss,
    OSS_ORIGINAL_BUCKET_NAME: addresses.originals,
    OSS_COMPRESS_BUCKET_NAME: addresses.compressed,
    MIRROR_SECRET: addresses.mirrorSecret,
    ALIBABA_CLOUD_ACCESS_KEY_ID: addresses.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: addresses.accessKeySecret,
    ...more,
  }
}
