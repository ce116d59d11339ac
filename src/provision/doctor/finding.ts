/** Something that the guide warns of. */
export interface Finding {
  /** What is there, and what should be. */
  readonly what: string
  /** The command that mends it. */
  readonly mend: string
}
