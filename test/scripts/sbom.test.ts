import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

it('npm run sbom names everything that is deployed and nothing that is not', () => {
  const text = execFileSync('npm', ['run', '--silent', 'sbom'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const { bomFormat, components } = JSON.parse(text) as { bomFormat: string; components: { name: string }[] }
  const names = components.map(({ name }) => name)
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, object>
  expect(bomFormat).toBe('CycloneDX')
  expect(names).toEqual(expect.arrayContaining(Object.keys(dependencies ?? {})))
  expect(names.filter((name) => Object.hasOwn(devDependencies ?? {}, name))).toEqual([])
})
