import type { OwnOperation } from './own.ts'

/**
 * Operations that this installation has besides those of OSS, one line each: docs/adding-an-operation.md has a worked
 * example. A name must not be one that OSS has. The edge routine does not know them and answers 400.
 */
export const OWN: readonly OwnOperation[] = []
