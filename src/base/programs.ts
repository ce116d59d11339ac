/** What a program said when it had ended. */
export interface ProgramResult {
  /** 0: it did what it was told. Undefined: a signal ended it. */
  readonly code: number | undefined
  readonly output: string
  readonly errors: string
}

/** Programs of the system that do one thing and end. */
export interface Programs {
  /**
   * Rejects when the program cannot be started. `input` is given as a whole: should we end while it runs, it still reads all of it, for a
   * program that carries out half of what it was told may be worse than one that does nothing.
   */
  run(program: string, args: readonly string[], input?: string): Promise<ProgramResult>
}
