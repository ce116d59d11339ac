import type { Listening, ListenOptions, Network } from './network.ts'

/**
 * Processes of this program beside our own, for what one processor is not enough for. Messages are what structured clone copies. They
 * arrive in their order, and go no way that another process could read. A process whose parent has gone ends.
 */
export interface WorkerProcesses {
  /** Processors that this machine lets us use. */
  readonly processors: number
  /** The share of time that our own event loop was busy since it was last asked: 0 … 1. */
  busyShare(): number
  /** Throws when the system has no room for another. */
  spawn(): WorkerProcess
}

export interface WorkerProcess {
  readonly pid: number
  /** `listening`, of the network that this came with, is opened there beside ours: one socket, whose clients go to whoever takes them first. */
  send(message: unknown, listening?: Listening): void
  onMessage(hear: (message: unknown) => void): void
  /** Once; nothing of it is open any more. `how` is its exit code or the signal. */
  onExit(ended: (how: string) => void): void
  /** At once, also while it is stopped. */
  kill(): void
}

/** What such a process knows of the one that started it. */
export interface ParentProcess {
  readonly network: Network
  send(message: unknown): void
  /** `listener` came with the message. It must be opened or closed before the call returns: clients may come to it already. */
  onMessage(hear: (message: unknown, listener: SentListener | undefined) => void): void
  busyShare(): number
}

export interface SentListener {
  open(options: ListenOptions, accept: Parameters<Network['listen']>[2]): Listening
  close(): void
}
