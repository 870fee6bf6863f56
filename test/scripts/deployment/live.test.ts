import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { readDeployment } from '../../../scripts/deployment/live.ts'

describe('the local cloud as a deployment', () => {
  it('has the settings its function runs with', () => {
    const data = mkdtempSync(join(tmpdir(), 'live-'))
    const addresses = {
      region: 'cn-hangzhou',
      originals: 'originals',
      compressed: 'compressed',
      oss: 'http://localhost:8787',
      function: 'http://127.0.0.1:8788',
      ram: 'http://127.0.0.1:8790',
      mirrorSecret: 'a-secret-of-the-local-cloud',
      accessKeyId: 'LTAIlocal',
      accessKeySecret: 'secret',
    }
    const settings = { STYLES: 'thumb=image/resize,w_200' }
    writeFileSync(join(data, 'running.json'), JSON.stringify({ pid: 1, ...addresses, settings }))
    const deployment = readDeployment({ local: true, data })
    rmSync(data, { recursive: true, force: true })
    expect(deployment).toMatchObject({
      local: true,
      endpoint: 'http://localhost:8787',
      readerUrl: 'http://localhost:8787/compressed/',
      functionUrl: 'http://127.0.0.1:8788/',
      ramEndpoint: 'http://127.0.0.1:8790',
    })
    expect(deployment.config.keySettings.styles).toEqual({ thumb: 'image/resize,w_200' })
    expect(deployment.config.keySettings.allow).toBe('open')
  })
})
