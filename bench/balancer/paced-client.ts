// A client that asks at a steady pace on connections that are kept, whether it is answered or not, and tells how long each answer took from
// the moment when its question was due: a stall counts for every question that it holds up. A thread of its own keeps the time, for Node's
// timers know whole milliseconds only; what thread and loop add is the same on every way, and is seen on the direct one.
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { type Functions, serveCalls } from '../../test/compat/remote-calls.ts'
import { percentile } from '../report.ts'

export interface Pace {
  readonly perSecond: number
  readonly connections: number
  readonly seconds: number
  /** Before it is counted. */
  readonly warmUpSeconds: number
}

/** After the last question is due. */
const lastAnswersMs = 5_000
const question = (host: string): Buffer => Buffer.from(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)

/** Says 'due' at every multiple of the period after `start`, and once for all that it missed. */
const timekeeper = `
const { parentPort, workerData: { start, periodNs, count } } = require('node:worker_threads')
const still = new Int32Array(new SharedArrayBuffer(4))
for (let at = 0; at < count; at++) {
  const waitMs = Number(start + BigInt(at) * periodNs - process.hrtime.bigint()) / 1e6
  if (waitMs <= 0 && at + 1 < count) continue
  if (waitMs > 0) Atomics.wait(still, 0, 0, waitMs)
  parentPort.postMessage(0)
}
`

/** One connection: one question at a time, the others wait their turn. */
class Asker {
  readonly #socket: Socket
  readonly #question: Buffer
  readonly #answerBytes: number
  readonly #answered: (due: number) => void
  readonly #waiting: number[] = []
  #received = 0

  constructor(host: string, port: number, answerBytes: number, tells: AskerTells) {
    this.#question = question(host)
    this.#answerBytes = answerBytes
    this.#answered = tells.answered
    const buffer = Buffer.alloc(65_536)
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      onread: { buffer, callback: count => this.#read(count, tells.failed) },
    })
    this.#socket.on('error', tells.failed)
    this.#socket.on('end', () => tells.failed(new Error('a connection was closed')))
  }

  ask(due: number): void {
    this.#waiting.push(due)
    if (this.#waiting.length === 1) this.#socket.write(this.#question)
  }

  close(): void {
    this.#socket.removeAllListeners('end')
    this.#socket.destroy()
  }

  #read(count: number, failed: (error: Error) => void): boolean {
    this.#received += count
    if (this.#received < this.#answerBytes) return true
    const due = this.#waiting.shift()
    if (due === undefined || this.#received > this.#answerBytes) failed(new Error('more than one answer'))
    else this.#answered(due)
    this.#received = 0
    if (this.#waiting.length > 0) this.#socket.write(this.#question)
    return true
  }
}

interface AskerTells {
  /** With what `ask` was given. */
  answered(due: number): void
  failed(error: Error): void
}

/** All answers are of one length. */
function answerLength(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    let said = ''
    socket.on('error', reject)
    socket.on('end', () => reject(new Error(`no whole answer: ${said}`)))
    socket.on('data', data => {
      said += data.toString('latin1')
      const headEnd = said.indexOf('\r\n\r\n') + 4
      const bodyBytes = Number(/^content-length: (\d+)\r$/im.exec(said)?.[1])
      if (headEnd < 4 || !(said.length >= headEnd + bodyBytes)) return
      socket.removeAllListeners('end')
      socket.destroy()
      resolve(said.length)
    })
    socket.write(question(host))
  })
}

const milliseconds = (): number => Number(process.hrtime.bigint()) / 1e6

async function ask(host: string, port: number, pace: Pace): Promise<readonly number[]> {
  const answerBytes = await answerLength(host, port)
  const count = pace.perSecond * (pace.warmUpSeconds + pace.seconds)
  const periodMs = 1_000 / pace.perSecond
  const waits: number[] = []
  let [asked, answered] = [0, 0]
  const askers: Asker[] = []
  const cleanUps: (() => void)[] = []
  const start = process.hrtime.bigint() + 100_000_000n
  const startMs = Number(start) / 1e6
  const countedFromMs = startMs + pace.warmUpSeconds * 1_000
  try {
    await new Promise<void>((resolve, reject) => {
      const tells: AskerTells = {
        failed: reject,
        answered(due) {
          if (due >= countedFromMs) waits.push(milliseconds() - due)
          if (++answered === count) resolve()
        },
      }
      for (let i = 0; i < pace.connections; i++) askers.push(new Asker(host, port, answerBytes, tells))
      const workerData = { start, periodNs: BigInt(Math.round(periodMs * 1e6)), count }
      const worker = new Worker(timekeeper, { eval: true, workerData })
      cleanUps.push(() => void worker.terminate())
      worker.on('error', reject)
      worker.on('message', () => {
        for (const now = milliseconds(); asked < count && startMs + asked * periodMs <= now; asked++)
          askers[asked % askers.length]?.ask(startMs + asked * periodMs)
      })
      const deadlineMs = count * periodMs + lastAnswersMs
      const timer = setTimeout(() => reject(new Error(`${answered} of ${count} were answered`)), deadlineMs)
      cleanUps.push(() => clearTimeout(timer))
    })
  } finally {
    for (const cleanUp of cleanUps) cleanUp()
    for (const asker of askers) asker.close()
  }
  return waits.toSorted((a, b) => a - b)
}

const functions = {
  /** Milliseconds from when a question was due to its answer. Rejects when a connection breaks, or answers stay out. */
  async pacedWaits(host: string, port: number, pace: Pace) {
    const waits = await ask(host, port, pace)
    return { p50Ms: percentile(waits, 50), p99Ms: percentile(waits, 99) }
  },
} satisfies Functions
export type PacedClientFunctions = typeof functions

serveCalls(functions)
