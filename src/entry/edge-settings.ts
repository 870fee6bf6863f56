import type { KeySettings } from '../key/settings.ts'

/**
 * What the routine goes by. The build validates it and puts it in: the platform documents no environment variables for
 * routines, and reading and checking texts would take a tenth of the 20 KB.
 */
export interface EdgeSettings {
  /**
   * Address of the compressed bucket, without a slash at its end: https://img-origin.example.com. A domain of its own
   * rather than OSS's, on which OSS makes a download of every picture
   * (https://help.aliyun.com/zh/oss/user-guide/how-to-ensure-an-object-is-previewed-when-you-access-the-object).
   */
  readonly bucketOrigin: string
  /**
   * As the function has them, but without `signing` (secrets have no place here) and open: what is allowed and signed is
   * the function's to decide.
   */
  readonly keySettings: KeySettings
}
