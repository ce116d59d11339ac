import type { Cancel } from './clock.ts'

/** How to start one program. Output goes to `logFile`, appended. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly logFile: string
}

export interface ProcessExit {
  readonly code: number | undefined
  readonly signal: string | undefined
}

/** A process that outlives us is known again by its id and its start time, so that a reused id is never mistaken for it. */
export interface ProcessIdentity {
  readonly pid: number
  readonly startedAt: string
}

export interface RunningProcess {
  readonly identity: ProcessIdentity
  /** Called once, also when the process is gone already. */
  onExit(listener: (exit: ProcessExit) => void): Cancel
  /** Stopped by SIGSTOP or a debugger: it lives and does nothing. */
  isSuspended(): boolean
  signal(name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGHUP'): void
}

export interface Processes {
  /** Rejects when the program cannot be started. */
  spawn(command: Command): Promise<RunningProcess>
  /** A process started by an earlier run of ours, or undefined when it is gone. */
  adopt(identity: ProcessIdentity): RunningProcess | undefined
}
