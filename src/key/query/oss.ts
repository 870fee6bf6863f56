import { readProcess, type Process } from './process.ts'

/** @see https://help.aliyun.com/zh/oss/user-guide/overview-17 */
export const OSS_PARAMETER = 'x-oss-process'

/** `x-oss-process=image/resize,w_200`: the grammar of our own keys. */
export function readOssProcess(text: string): Process {
  return readProcess(OSS_PARAMETER, text)
}
