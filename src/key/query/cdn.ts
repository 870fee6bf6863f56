import { readProcess, type Process } from './process.ts'

/** @see https://help.aliyun.com/document_detail/193595.html */
export const CDN_PARAMETER = 'image_process'

/** `image_process=resize,w_200/rotate,90` of Alibaba's CDN: the same chain without `image/`. */
export function readCdnProcess(text: string): Process {
  return readProcess(CDN_PARAMETER, `image/${text}`)
}
