import type { Cancel, Clock } from '../base/clock.ts'
import type { Command, ProcessExit, Processes, ProcessIdentity, RunningProcess } from '../base/processes.ts'

/** How a simulated program behaves. Without anything said it runs until a signal ends it. */
export interface Program {
  /** The program does not exist. */
  readonly isMissing?: boolean
  /** Ends by itself, so long after its start. */
  readonly exitsAfterMs?: number
  readonly exitCode?: number
  /** What SIGTERM does: ends it at once by the signal (the default), exits with code 0 so long after, or nothing. */
  readonly onTerm?: 'dies' | 'ignores' | { readonly exitsAfterMs: number }
}

type Signal = Parameters<RunningProcess['signal']>[0]
type ExitListener = (exit: ProcessExit) => void

interface Child {
  readonly identity: ProcessIdentity
  readonly command: Command
  readonly program: Program
  exit: ProcessExit | undefined
  isStopped: boolean
  /** Came while it was stopped; seen when it goes on. */
  isTermPending: boolean
  isDueToExit: ProcessExit | undefined
  readonly onExit: Set<ExitListener>
}

/** How long the system takes to start a program and to tell of an end. */
const systemDelayMs = 1
/** The end of a process that is not our child is found out by looking. */
const adoptedDelayMs = 50

/** Processes in memory. `programOf` says how the program of a command behaves; time comes from the clock given. */
export class SimulatedProcesses implements Processes {
  readonly #clock: Clock
  readonly #programOf: (command: Command) => Program
  readonly #children: Child[] = []
  /** Every signal that was sent, as `SIGTERM 1001`. */
  readonly signals: string[] = []

  constructor(clock: Clock, programOf: (command: Command) => Program = () => ({})) {
    this.#clock = clock
    this.#programOf = programOf
  }

  /** What runs now, in the order of its start. */
  running(): { readonly identity: ProcessIdentity; readonly command: Command }[] {
    return this.#children.filter(child => child.exit === undefined)
  }

  spawn(command: Command): Promise<RunningProcess> {
    return new Promise((resolve, reject) => {
      this.#clock.after(systemDelayMs, () => {
        const program = this.#programOf(command)
        if (program.isMissing === true) return reject(new Error(`spawn ${command.program} ENOENT`))
        const child = this.#start(command, program)
        resolve({
          identity: child.identity,
          onExit: listener => listen(child, listener),
          isSuspended: () => child.exit === undefined && child.isStopped,
          signal: name => this.#signal(child, name),
        })
      })
    })
  }

  adopt(identity: ProcessIdentity): RunningProcess | undefined {
    const child = this.#find(identity)
    if (child === undefined) return undefined
    return {
      identity,
      onExit: listener => {
        let cancelDelay: Cancel = () => undefined
        const cancel = listen(child, () => {
          // Only a parent learns how a process ended.
          const unknown = { code: undefined, signal: undefined }
          cancelDelay = this.#clock.after(adoptedDelayMs, () => listener(unknown))
        })
        return () => {
          cancel()
          cancelDelay()
        }
      },
      isSuspended: () => child.exit === undefined && child.isStopped,
      signal: name => this.#signal(child, name),
    }
  }

  /** Ends a process as a crash of its own would. */
  crash(identity: ProcessIdentity, exit: ProcessExit = { code: 1, signal: undefined }): void {
    const child = this.#find(identity)
    if (child !== undefined) this.#exit(child, exit)
  }

  /** Our own program dies and starts anew: what it had been told to listen for is forgotten, its children go on. */
  forgetListeners(): void {
    for (const child of this.#children) child.onExit.clear()
  }

  #find(identity: ProcessIdentity): Child | undefined {
    return this.#children.find(
      ({ identity: { pid, startedAt }, exit }) =>
        exit === undefined && pid === identity.pid && startedAt === identity.startedAt,
    )
  }

  #start(command: Command, program: Program): Child {
    const identity = { pid: 1_001 + this.#children.length, startedAt: `boot/${this.#clock.now()}` }
    const child: Child = {
      identity,
      command,
      program,
      exit: undefined,
      isStopped: false,
      isTermPending: false,
      isDueToExit: undefined,
      onExit: new Set(),
    }
    this.#children.push(child)
    if (program.exitsAfterMs !== undefined)
      this.#exitLater(child, program.exitsAfterMs, { code: program.exitCode ?? 0, signal: undefined })
    return child
  }

  #signal(child: Child, name: Signal): void {
    if (child.exit !== undefined) return
    this.signals.push(`${name} ${child.identity.pid}`)
    if (name === 'SIGKILL')
      return void this.#clock.after(systemDelayMs, () => this.#exit(child, { code: undefined, signal: name }))
    if (name === 'SIGSTOP') child.isStopped = true
    else if (name === 'SIGCONT') this.#continue(child)
    else if (name === 'SIGTERM' && child.isStopped) child.isTermPending = true
    else if (name === 'SIGTERM') this.#term(child)
  }

  #continue(child: Child): void {
    child.isStopped = false
    if (child.isDueToExit !== undefined) return this.#exit(child, child.isDueToExit)
    if (!child.isTermPending) return
    child.isTermPending = false
    this.#term(child)
  }

  #term(child: Child): void {
    const { onTerm = 'dies' } = child.program
    if (onTerm === 'ignores') return
    if (onTerm === 'dies') this.#exitLater(child, systemDelayMs, { code: undefined, signal: 'SIGTERM' })
    else this.#exitLater(child, onTerm.exitsAfterMs, { code: 0, signal: undefined })
  }

  #exitLater(child: Child, delayMs: number, exit: ProcessExit): void {
    this.#clock.after(delayMs, () => {
      if (child.isStopped) child.isDueToExit = exit
      else this.#exit(child, exit)
    })
  }

  #exit(child: Child, exit: ProcessExit): void {
    if (child.exit !== undefined) return
    child.exit = exit
    const listeners = [...child.onExit]
    child.onExit.clear()
    for (const listener of listeners) listener(exit)
  }
}

function listen(child: Child, listener: ExitListener): Cancel {
  if (child.exit !== undefined) listener(child.exit)
  else child.onExit.add(listener)
  return () => child.onExit.delete(listener)
}
