// The worked example of docs/adding-an-operation.md.
import { defineAction } from '../../src/key/grammar/action.ts'
import { integer } from '../../src/key/grammar/kinds.ts'
import { byDefault } from '../../src/key/grammar/parameter.ts'
import { own } from '../../src/own/own.ts'

const action = defineAction({
  name: 'negative',
  parameters: { strength: byDefault(integer(1, 100), 100) },
})

/** Turns light into dark; at half strength everything is grey. */
export const negative = own(action, {
  steps: ({ strength }) => [{ kind: 'linear', slope: 1 - strength / 50, offset: (255 * strength) / 100 }],
})
