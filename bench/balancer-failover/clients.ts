// Clients that each keep one connection and ask again and again; a failure is followed by another try, at the next address if there are
// several. Tells how long each waited.
import { connect, type Socket } from 'node:net'
import { type Functions, serveCalls } from '../../test/compat/remote-calls.ts'
import { clients, ports, retryMs, thinkMs } from './settings.ts'

const question = Buffer.from('question')
/** A client gives up on a connect after this; on an answer it never does. */
const connectTimeoutMs = 3_000

interface Client {
  socket: Socket | undefined
  /** For an answer or a connection. */
  isWaiting: boolean
  waitingSince: number
  longestMs: number
  answersSinceMark: number
}

const all: Client[] = []
const failed = { connects: 0, connections: 0 }
let isOver = false

/** The one that is left goes to the end of `to`. */
function run(client: Client, to: readonly string[]): void {
  const [address = '', ...others] = to
  const socket: Socket = connect({ host: address, port: ports.service, noDelay: true })
  client.socket = socket
  let isConnected = false
  const timer = setTimeout(() => socket.destroy(new Error('timeout')), connectTimeoutMs)
  const ask = (): void => {
    client.waitingSince = performance.now()
    client.isWaiting = true
    socket.write(question)
  }
  socket.on('connect', () => {
    isConnected = true
    clearTimeout(timer)
    socket.write(question)
  })
  socket.on('data', () => {
    client.answersSinceMark++
    client.isWaiting = false
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
    // Who thinks begins to wait when its connection is gone, not when it asked what has been answered.
    if (!client.isWaiting) client.waitingSince = performance.now()
    client.isWaiting = true
    if (!isOver) setTimeout(() => run(client, [...others, address]), retryMs)
  })
}

const functions = {
  /** Where there are two addresses, half of them begin with the second. */
  start(addresses: readonly string[]) {
    for (let i = 0; i < clients; i++) {
      const client: Client = {
        socket: undefined,
        isWaiting: true,
        waitingSince: performance.now(),
        longestMs: 0,
        answersSinceMark: 0,
      }
      all.push(client)
      run(client, i % 2 === 0 ? addresses : addresses.toReversed())
    }
  },
  /** All at once, by the client. */
  reconnect() {
    for (const { socket } of all) socket?.destroy()
  },
  /** Forgets what was. */
  mark() {
    Object.assign(failed, { connects: 0, connections: 0 })
    for (const client of all) Object.assign(client, { longestMs: 0, answersSinceMark: 0 })
  },
  fewestAnswers: () => Math.min(...all.map(client => client.answersSinceMark)),
  /** Of the waits that have ended. */
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
