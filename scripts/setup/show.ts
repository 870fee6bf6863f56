// The plan as people read it.
import type { Step } from './step.ts'

/** One block a step: what is, what will be, and what to know about it. */
export function planText(steps: readonly Step[]): string {
  const width = Math.max(...steps.map(({ subject }) => subject.length))
  const indent = ' '.repeat(width + 4)
  return steps
    .map((step) => {
      const mark =
        step.blocked !== undefined ? '✗' : step.will !== undefined ? '→' : step.pending !== undefined ? '…' : '✓'
      const lines = [
        `${mark} ${step.subject.padEnd(width)}  ${step.is}${step.will === undefined ? '' : `  →  ${step.will}`}`,
      ]
      if (step.blocked !== undefined) lines.push(indent + step.blocked)
      if (step.pending !== undefined) lines.push(indent + step.pending)
      for (const warning of step.warnings) lines.push(`${indent}! ${warning}`)
      return lines.join('\n')
    })
    .join('\n')
}

/** What programs read: everything but how it is done. */
export function planJson(steps: readonly Step[]): Omit<Step, 'apply'>[] {
  return steps.map(({ apply: _apply, ...step }) => step)
}
