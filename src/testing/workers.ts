import { runWorkerEngine } from '../balancer/workers/worker-engine.ts'
import type { Clock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import type { Connection, Listening, Network } from '../base/network.ts'
import type { SentListener, WorkerProcess, WorkerProcesses } from '../base/worker-processes.ts'

type Accept = (connection: Connection) => void
type Hear = (message: unknown, listener: SentListener | undefined) => void

/** Who takes clients from one socket: in turns, so that a test knows who gets the next. */
interface Socket {
  readonly takers: { readonly accept: Accept; readonly worker: SimulatedWorker | undefined }[]
  next: number
}

/**
 * Worker processes in this one, over a real or simulated network: each can be stopped, as by SIGSTOP, let go on, and killed. Messages are copied, and
 * arrive in their order, each in a turn of the event loop of its own.
 */
export class SimulatedWorkers implements WorkerProcesses {
  processors = 4
  /** Of every process, the first among them. */
  busy = 0
  /** A process that starts does nothing. */
  isStartBroken = false
  /** None can be started. */
  isFull = false
  readonly all: SimulatedWorker[] = []
  /** For the first process. */
  readonly network: Network
  readonly #clock: Clock
  readonly #sockets = new Map<Listening, Socket>()

  constructor(clock: Clock, network: Network) {
    this.#clock = clock
    this.network = { ...network, listen: (at, options, accept) => this.#listen(network, at, options, accept) }
  }

  get alive(): SimulatedWorker[] {
    return this.all.filter(({ isKilled }) => !isKilled)
  }

  busyShare(): number {
    return this.busy
  }

  spawn(): WorkerProcess {
    if (this.isFull) throw new Error('spawn ENOMEM')
    const worker = new SimulatedWorker(this, this.#clock, 1_000 + this.all.length)
    this.all.push(worker)
    if (!this.isStartBroken) worker.run(this.network)
    return worker
  }

  sent(listening: Listening, worker: SimulatedWorker): SentListener | undefined {
    const socket = this.#sockets.get(listening)
    if (socket === undefined) return undefined
    return {
      close: () => undefined,
      open: (_, accept) => {
        const taker = { accept: worker.taking(accept), worker }
        socket.takers.push(taker)
        const close = (): Promise<void> => {
          socket.takers.splice(socket.takers.indexOf(taker), 1)
          return Promise.resolve()
        }
        return { at: listening.at, close }
      },
    }
  }

  async #listen(
    network: Network,
    ...[at, options, accept]: Parameters<Network['listen']>
  ): Promise<Listening> {
    const socket: Socket = { takers: [{ accept, worker: undefined }], next: 0 }
    const listening = await network.listen(at, options, connection => {
      const able = socket.takers.filter(({ worker }) => worker === undefined || worker.isRunning)
      able[socket.next++ % able.length]?.accept(connection)
    })
    this.#sockets.set(listening, socket)
    return listening
  }
}

export class SimulatedWorker implements WorkerProcess {
  readonly pid: number
  isKilled = false
  /** Clients so far. */
  taken = 0
  readonly #workers: SimulatedWorkers
  readonly #clock: Clock
  readonly #connections = new Set<Connection>()
  /** What is due and waits until it runs. */
  readonly #due: (() => void)[] = []
  readonly #unheard: (() => void)[] = []
  #isStopped = false
  #isDeaf = false
  #hear: Hear = () => undefined
  #tell: (message: unknown) => void = () => undefined
  #ended: (how: string) => void = () => undefined

  constructor(workers: SimulatedWorkers, clock: Clock, pid: number) {
    this.#workers = workers
    this.#clock = clock
    this.pid = pid
  }

  get isRunning(): boolean {
    return !this.isKilled && !this.#isStopped
  }

  stop(): void {
    this.#isStopped = true
  }

  goOn(): void {
    this.#isStopped = false
    for (const task of this.#due.splice(0)) task()
  }

  send(message: unknown, listening?: Listening): void {
    const copy: unknown = structuredClone(message)
    const listener = listening && this.#workers.sent(listening, this)
    setImmediate(() => {
      const hear = (): void => this.#do(() => this.#hear(copy, listener))
      if (this.#isDeaf) this.#unheard.push(hear)
      else hear()
    })
  }

  /** What the first process says arrives later, as if that were stopped. */
  deafen(): void {
    this.#isDeaf = true
  }

  undeafen(): void {
    this.#isDeaf = false
    for (const hear of this.#unheard.splice(0)) hear()
  }

  onMessage(hear: (message: unknown) => void): void {
    this.#tell = hear
  }

  onExit(ended: (how: string) => void): void {
    this.#ended = ended
  }

  kill(): void {
    if (this.isKilled) return
    this.isKilled = true
    for (const connection of this.#connections) connection.destroy()
    setImmediate(() => this.#ended('SIGKILL'))
  }

  taking(accept: Accept): Accept {
    return connection => {
      this.taken++
      this.#keep(connection)
      accept(connection)
    }
  }

  run(network: Network): void {
    runWorkerEngine({
      log: silentLog,
      clock: {
        now: () => this.#clock.now(),
        after: (delayMs, task) => this.#clock.after(delayMs, () => this.#do(task)),
      },
      parent: {
        network: {
          ...network,
          connect: async (to, options) => {
            const connection = await network.connect(to, options)
            this.#keep(connection)
            return connection
          },
        },
        busyShare: () => this.#workers.busy,
        send: message => {
          const copy: unknown = structuredClone(message)
          setImmediate(() => this.isKilled || this.#tell(copy))
        },
        onMessage: hear => {
          this.#hear = hear
        },
      },
    })
  }

  /** Ends with the process. */
  #keep(connection: Connection): void {
    this.#connections.add(connection)
    connection.on('close', () => this.#connections.delete(connection))
  }

  #do(task: () => void): void {
    if (this.isKilled) return
    if (this.#isStopped) this.#due.push(task)
    else task()
  }
}
