import { pause } from '../../src/base/clock.ts'
import type { Endpoint } from '../../src/base/network.ts'
import { systemClock } from '../../src/io/clock.ts'
import type { PostgresConnection } from '../../src/sql/client/postgres-connection.ts'
import type { Everport } from './everport.ts'

export interface Load {
  /** Resolves when that many queries have been answered since the start. */
  answered(count: number): Promise<void>
  /** Resolves when every client has had an answer, with how long that took from the start. */
  everyClientAnswered(): Promise<number>
  /** Remembers this moment: waits that end after it count. */
  mark(): void
  everyClientAnsweredSinceMark(deadlineMs: number): Promise<void>
  /** By client: its longest wait for an answer since the mark, from asking to having it, with every failure and reconnect in between. */
  waitsMs(): number[]
  /** Client queries that failed since the mark, each retried on a new connection. */
  errors(): number
  /** Since the start. */
  answers(): number
  wrongAnswers(): number
  stop(): Promise<void>
}

export interface LoadOptions {
  readonly clients: number
  readonly sql: string
  /** Between two queries of one client. */
  readonly thinkTimeMs?: number
}

interface Client {
  connection: PostgresConnection | undefined
  longestWaitMs: number
  isAnswered: boolean
  isAnsweredSinceMark: boolean
}

const answerDeadlineMs = 60_000

/** Clients, spread evenly over the addresses, that ask in a loop, and connect again at once when their connection ends: what an application with a pool does. */
export async function startLoad(
  everport: Pick<Everport, 'connect'>,
  to: Endpoint | readonly Endpoint[],
  options: LoadOptions,
): Promise<Load> {
  const clients: Client[] = []
  let [running, answers, errors, wrong] = [true, 0, 0, 0]
  let markedAt = Number.POSITIVE_INFINITY
  const startedAt = systemClock.now()
  let expected: string | undefined
  const listeners = new Set<() => void>()

  const addresses = [to].flat()

  const loop = async (client: Client, number: number): Promise<void> => {
    let askedAt = systemClock.now()
    while (running) {
      const begun = systemClock.now()
      try {
        client.connection ??= await everport.connect(addresses[number % addresses.length] as Endpoint)
        const text = JSON.stringify((await client.connection.query(options.sql)).rows)
        expected ??= text
        if (text !== expected) wrong++
        answer(client, begun, askedAt)
        if (options.thinkTimeMs !== undefined) await pause(systemClock, options.thinkTimeMs)
        askedAt = systemClock.now()
      } catch {
        client.connection?.close()
        client.connection = undefined
        errors++
      }
      // One turn of the event loop at least, so that failures cannot shut the others out.
      await new Promise(resolve => setImmediate(resolve))
    }
    client.connection?.close()
  }
  const answer = (client: Client, begun: number, askedAt: number): void => {
    const now = systemClock.now()
    answers++
    client.longestWaitMs = Math.max(client.longestWaitMs, now - askedAt)
    client.isAnswered = true
    if (begun >= markedAt) client.isAnsweredSinceMark = true
    for (const listener of listeners) listener()
  }

  const loops = Array.from({ length: options.clients }, (_, number) => {
    const client: Client = {
      connection: undefined,
      longestWaitMs: 0,
      isAnswered: false,
      isAnsweredSinceMark: false,
    }
    clients.push(client)
    return loop(client, number)
  })

  const until = (holds: () => boolean, deadlineMs: number, what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        listeners.delete(look)
        reject(new Error(`not within ${deadlineMs} ms: ${what}`))
      }, deadlineMs)
      const look = (): void => {
        if (!holds()) return
        clearTimeout(timer)
        listeners.delete(look)
        resolve()
      }
      listeners.add(look)
      look()
    })

  return {
    answered: count => until(() => answers >= count, answerDeadlineMs, `${count} answers`),
    async everyClientAnswered() {
      await until(
        () => clients.every(({ isAnswered }) => isAnswered),
        answerDeadlineMs,
        'every client is answered',
      )
      return systemClock.now() - startedAt
    },
    mark() {
      markedAt = systemClock.now()
      errors = 0
      for (const client of clients) {
        client.isAnsweredSinceMark = false
        client.longestWaitMs = 0
      }
    },
    everyClientAnsweredSinceMark: deadlineMs =>
      until(
        () => clients.every(client => client.isAnsweredSinceMark),
        deadlineMs,
        'every client is answered again',
      ),
    waitsMs: () => clients.map(client => client.longestWaitMs),
    errors: () => errors,
    answers: () => answers,
    wrongAnswers: () => wrong,
    async stop() {
      running = false
      await Promise.all(loops)
    },
  }
}
