// Clients that each keep one connection and ask again and again; a failure is followed by another try. Tells how long each waited.
import { connect, type Socket } from 'node:net'
import { type Functions, serveCalls } from '../../test/compat/remote-calls.ts'
import { clients, ports, retryMs, thinkMs } from './settings.ts'

const question = Buffer.from('question')
/** A client gives up on a connect after this; on an answer it never does. */
const connectTimeoutMs = 3_000

interface Client {
  waitingSince: number
  longestMs: number
  answersSinceMark: number
  answers: number
}

const all: Client[] = []
const failed = { connects: 0, connections: 0 }
let isOver = false

function run(client: Client, address: string): void {
  const socket: Socket = connect({ host: address, port: ports.service, noDelay: true })
  let isConnected = false
  const timer = setTimeout(() => socket.destroy(new Error('timeout')), connectTimeoutMs)
  const ask = (): void => {
    client.waitingSince = performance.now()
    socket.write(question)
  }
  socket.on('connect', () => {
    isConnected = true
    clearTimeout(timer)
    socket.write(question)
  })
  socket.on('data', () => {
    client.answers++
    client.answersSinceMark++
    client.longestMs = Math.max(client.longestMs, performance.now() - client.waitingSince)
    if (isOver) socket.destroy()
    else setTimeout(() => (socket.destroyed || socket.readableEnded ? undefined : ask()), thinkMs)
  })
  socket.on('end', () => socket.destroy())
  socket.on('error', () => {
    if (isConnected) failed.connections++
    else failed.connects++
  })
  socket.on('close', () => {
    clearTimeout(timer)
    if (!isOver) setTimeout(() => run(client, address), retryMs)
  })
}

/** One question on a connection of its own. Failures are nobody's: what follows measures. */
function askOnce(address: string): Promise<void> {
  return new Promise(resolve => {
    const socket = connect({ host: address, port: ports.service, noDelay: true })
    socket.once('connect', () => void socket.write(question))
    socket.once('data', () => void socket.destroy())
    socket.on('error', () => undefined)
    socket.once('close', () => resolve())
  })
}

/** The kernel's queue of a listener is not endless. */
const openingAtOnce = 20

const functions = {
  async warmUp(address: string, connections: number) {
    for (let at = 0; at < connections; at += openingAtOnce)
      await Promise.all(Array.from({ length: openingAtOnce }, () => askOnce(address)))
  },
  start(address: string) {
    for (let i = 0; i < clients; i++) {
      const client = { waitingSince: performance.now(), longestMs: 0, answersSinceMark: 0, answers: 0 }
      all.push(client)
      run(client, address)
    }
  },
  /** Forgets what was. */
  mark() {
    Object.assign(failed, { connects: 0, connections: 0 })
    for (const client of all) Object.assign(client, { longestMs: 0, answersSinceMark: 0 })
  },
  fewestAnswers: () => Math.min(...all.map(client => client.answersSinceMark)),
  /** Waits that have not ended count as far as they have come. */
  result: () => ({
    waitsMs: all.map(client => client.longestMs),
    failedConnects: failed.connects,
    brokenConnections: failed.connections,
  }),
  stop() {
    isOver = true
  },
} satisfies Functions
export type ClientsFunctions = typeof functions

serveCalls(functions)
