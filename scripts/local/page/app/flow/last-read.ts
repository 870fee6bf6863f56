import type { Trace } from '../server.ts'
import { createStore } from '../store.ts'

/** The newest read of this page, whoever made it. */
export const lastRead = createStore<{ trace: Trace | undefined }>({ trace: undefined })
