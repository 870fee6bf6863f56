import { readProcess, type Process } from './process.ts'

/** @see https://cloud.baidu.com/doc/BOS/s/7ldh5wpk6 */
export const BCE_PARAMETER = 'x-bce-process'

/**
 * `x-bce-process=image/resize,m_lfit,w_200` of Baidu BOS and of EsunR's edge function. Enlarging is allowed there unless
 * `limit_1` says otherwise, here it is not, so the difference is spelled out. Links in the wild end steps with a comma
 * (`format,f_auto,/quality,q_80`); that comma means nothing and is dropped. `q` is relative and `Q` absolute in both.
 */
export function readBceProcess(text: string): Process {
  const process = readProcess(BCE_PARAMETER, text)
  return 'style' in process ? process : { steps: process.steps.map(withBceDefaults) }
}

function withBceDefaults(step: string): string {
  const [action = '', ...parts] = step.replace(/,$/, '').split(',')
  const spelled = parts.some((part) => part.startsWith('limit_'))
  return [action, ...parts, ...(action === 'resize' && !spelled ? ['limit_0'] : [])].join(',')
}
