// Jest's environment for every test file: as usual, and at its end nothing that was printed may hold a secret.
import type { EnvironmentContext, JestEnvironmentConfig } from '@jest/environment'
import { TestEnvironment } from 'jest-environment-node'

import { collect, type Printed } from './collect.ts'
import { leaksIn } from './secrets.ts'

export class Listening extends TestEnvironment {
  readonly #printed: Printed

  constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
    const printed = collect()
    super(config, context)
    this.#printed = printed
  }

  override async teardown(): Promise<void> {
    const { console } = this.global as unknown as { console: { getBuffer?(): { message: string }[] | undefined } }
    const said = (console.getBuffer?.() ?? []).map(({ message }) => message)
    const leaks = leaksIn([this.#printed.text(), ...said].join('\n'), this.#printed.secrets)
    await super.teardown()
    if (leaks.length > 0) throw new Error(`Expected nothing printed to hold a secret, got\n  ${leaks.join('\n  ')}`)
  }
}

module.exports = Listening
