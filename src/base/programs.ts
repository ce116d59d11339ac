/** What a program said when it had ended. */
export interface ProgramResult {
  /** 0: it did what it was told. Undefined: a signal ended it. */
  readonly code: number | undefined
  readonly output: string
  readonly errors: string
}

/** Programs of the system. */
export interface Programs {
  /**
   * One that does one thing and ends. Rejects when the program cannot be started. `input` is given as a whole: should we end while it runs,
   * it still reads all of it, for a program that carries out half of what it was told may be worse than one that does nothing.
   */
  run(program: string, args: readonly string[], input?: string): Promise<ProgramResult>
  /**
   * One that goes on, and is listened to line by line. It ends when this process does, however that ends. Nothing is heard before the call
   * has returned.
   */
  follow(program: string, args: readonly string[], hears: FollowedProgram): Following
  /** One that goes on and answers what it reads. It ends when its input does, and so with this process. */
  converse(program: string, args: readonly string[]): Conversation
}

/** A program that is asked, and answers questions in their order. */
export interface Conversation {
  /**
   * The first line with `beginning` in it that it prints after the answers to earlier questions, from there on. Rejects when it complains,
   * is silent for seconds or has ended, with what it said; then the conversation is over.
   */
  ask(question: string, beginning: string): Promise<string>
  /** Ends the program. Whoever waits for an answer is refused. */
  close(): void
}

/** What is heard of a program that goes on. */
export interface FollowedProgram {
  /** Without its end. Lines longer than any that a program prints who is well are left out. */
  line(text: string): void
  /** Once, when it has ended by itself or could not be started; nothing is heard afterwards. In a sentence: what it said last. */
  ended(why: string): void
}

export interface Following {
  /** Reads no more until `resume`. The program has to wait when nobody reads; a few lines may still be heard. */
  pause(): void
  resume(): void
  /** Ends the program. Nothing is heard of it any more. */
  stop(): void
}
