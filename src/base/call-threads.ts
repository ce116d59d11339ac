/** Is told of calls that hold a thread of the process's pool from their beginning, which has yet to come when `began` is called, to their end. */
export interface CallThreads {
  began(): void
  ended(): void
}

/** For a pool whose threads nobody counts. */
export const uncountedThreads: CallThreads = { began: () => undefined, ended: () => undefined }
