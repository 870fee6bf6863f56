import { CHECKS } from '../../../scripts/doctor/examine.ts'

it('what a check needs is checked before it', () => {
  const seen = new Set<string>()
  for (const { name, needs = [], unless = [] } of CHECKS) {
    expect([...needs, ...unless].filter((each) => !seen.has(each))).toEqual([])
    expect(seen.has(name)).toBe(false)
    seen.add(name)
  }
})
