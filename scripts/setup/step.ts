/** One thing that setup looks at: what is, what will be, and how it gets there. */
export interface Step {
  /** bucket compressed, role oss-image-origin, mirror rule. */
  subject: string
  is: string
  /** undefined: stays as it is. */
  will: string | undefined
  warnings: string[]
  /** What has to come first in the ordinary course of things; setup goes on with the others. */
  pending?: string
  /** Why this is not done, and what to do; setup goes on with the others, and says that something is wrong. */
  blocked?: string
  /** Makes it so; called only where `will` says something. */
  apply?: () => Promise<void>
}

/** A step that finds everything as it should be. */
export function unchanged(subject: string, is: string, warnings: string[] = []): Step {
  return { subject, is, will: undefined, warnings }
}
