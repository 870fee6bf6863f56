import { readFileSync } from 'node:fs'

import { ConfigError, loadConfig, SETTINGS } from '../src/config.ts'
import { LEAST_ENVIRONMENT, testConfig } from './support/settings.ts'

describe('the settings', () => {
  it('start with the four that have no default', () => {
    const config = testConfig()
    expect(config).toMatchObject({ region: 'cn-hangzhou', store: 'function', passThrough: 'media', deadlineMs: 8000 })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('tell every mistake at once', () => {
    const wrong = { OSS_REGION: 'nowhere!', STORE: 'both', QUALITY: 'best', DEADLINE_MS: '1e4', MIRROR_SECRET: 'short' }
    const attempt = () => loadConfig(wrong, true)
    expect(attempt).toThrow(ConfigError)
    for (const name of [...Object.keys(wrong), 'OSS_ORIGINAL_BUCKET_NAME', 'OSS_COMPRESS_BUCKET_NAME']) {
      expect(attempt).toThrow(new RegExp(`- ${name}: Expected .+, got .+`))
    }
  })

  it('refuse an empty mirror secret, and never print one', () => {
    expect(() => testConfig({ MIRROR_SECRET: '' })).toThrow(/MIRROR_SECRET: Expected .+ got nothing/)
    let message = ''
    try {
      testConfig({ MIRROR_SECRET: 'good-enough-secret-1,bad secret!' })
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('MIRROR_SECRET')
    expect(message).not.toContain('bad secret!')
    expect(message).not.toContain('good-enough-secret-1')
  })

  it('refuse one bucket for both', () => {
    expect(() => testConfig({ OSS_COMPRESS_BUCKET_NAME: 'originals' })).toThrow(/Expected another bucket/)
  })

  it.each([
    ['SOURCE_PREFIXES', ' , ,', /SOURCE_PREFIXES: Expected a comma list/],
    ['DEADLINE_MS', '60000', /DEADLINE_MS: Expected a whole number from 1000 to 40000/],
    ['OSS_ENDPOINT', 'https://user:pw@host', /OSS_ENDPOINT: Expected an address/],
  ])('refuse %s=%s', (name, given, expected) => {
    expect(() => testConfig({ [name]: given })).toThrow(expected)
  })

  it('take the region with and without its prefix', () => {
    expect(testConfig({ OSS_REGION: 'oss-eu-central-1' }).region).toBe('eu-central-1')
  })

  it.each([
    [true, '', 'https://oss-cn-hangzhou-internal.aliyuncs.com'],
    [false, '', 'https://oss-cn-hangzhou.aliyuncs.com'],
    [true, 'oss-cn-hangzhou.aliyuncs.com', 'https://oss-cn-hangzhou.aliyuncs.com'],
    [true, 'http://localhost:8080/', 'http://localhost:8080'],
  ])('choose the endpoint (inside: %s, given %s)', (inside, given, expected) => {
    expect(loadConfig({ ...LEAST_ENVIRONMENT, OSS_ENDPOINT: given }, inside).endpoint).toBe(expected)
  })

  it.each(['http://host/with/path', 'ftp://host', 'http://', '://'])('refuse the endpoint %s', (given) => {
    expect(() => testConfig({ OSS_ENDPOINT: given })).toThrow(/OSS_ENDPOINT: Expected an address/)
  })

  it('accept several secrets, newest first', () => {
    const config = testConfig({ MIRROR_SECRET: 'the-newest-secret-2, the-older-secret-1' })
    expect(config.mirrorSecrets).toEqual(['the-newest-secret-2', 'the-older-secret-1'])
  })

  it.each([
    ['DIALECTS', 'sufix', /DIALECTS: Expected dialects among .+ got "sufix"/],
    ['STYLES', 'thumb=image/resize,w_0', /Style "thumb": Expected/],
    ['ALLOW', 'everything', /ALLOW: Expected open/],
    ['SIGNING_KEY', 'short', /signing keys of at least 22/],
  ])('refuse %s=%s', (name, given, expected) => {
    expect(() => testConfig({ [name]: given })).toThrow(expected)
  })

  it('refuse size prefixes without a list of sizes: nobody could find what they made', () => {
    const prefixes = { DIALECTS: 'suffix,size-prefix' }
    expect(() => testConfig({ ...prefixes, ALLOW: 'open' })).toThrow(/list of sizes/)
    expect(testConfig({ ...prefixes, ALLOW: 'sizes=300x200' }).keySettings.dialects).toContain('size-prefix')
  })

  describe.each(['.env.example', 's.yaml', 'README.md'])('in %s', (file) => {
    const text = readFileSync(file, 'utf8')
    it.each(SETTINGS.map(({ name, default: byDefault }) => [name, byDefault] as const))('has %s', (name, byDefault) => {
      expect(text).toContain(name)
      if (file === '.env.example') expect(text).toContain(`\n${name}=${byDefault ?? ''}\n`)
      if (file === 's.yaml' && byDefault !== undefined) expect(text).toContain(`\${env('${name}', '${byDefault}')}`)
    })
  })
})
