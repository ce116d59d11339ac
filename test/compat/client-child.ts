// A client: opens connections and tells what comes of them.
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { below, seededRandom } from '../../src/base/random.ts'
import { type Functions, serveCalls } from './remote-calls.ts'

interface Held {
  readonly socket: Socket
  text: string
  /** 'open', 'end', 'timeout', or the code of an error. */
  end: string
}

const held = new Map<string, Held>()
const datagrams = new Map<string, Datagrams>()
/** For an answer that is to come. */
const patienceMs = 30_000

/** Resolves with the first line, or with what went wrong. */
function open(id: string, host: string, port: number, timeoutMs = patienceMs): Promise<string> {
  return new Promise(resolve => {
    const socket = connect({ host, port })
    const one: Held = { socket, text: '', end: 'open' }
    held.set(id, one)
    const timer = setTimeout(() => {
      one.end = 'timeout'
      socket.destroy()
      resolve('timeout')
    }, timeoutMs)
    socket.on('data', data => {
      one.text += data.toString()
      if (one.text.includes('\n')) {
        clearTimeout(timer)
        resolve(one.text.trim())
      }
    })
    socket.on('end', () => {
      one.end = 'end'
    })
    socket.on('error', error => {
      one.end = (error as NodeJS.ErrnoException).code ?? 'error'
      clearTimeout(timer)
      resolve(one.end)
    })
  })
}

async function greet(host: string, port: number, timeoutMs?: number): Promise<string> {
  const id = `once ${held.size} ${Math.random()}`
  const said = await open(id, host, port, timeoutMs)
  held.get(id)?.socket.destroy()
  held.delete(id)
  return said
}

const many: Socket[] = []
/** The kernel's queue of a listener is not endless. */
const openingAtOnce = 200

const functions = {
  /** So many connections, each of which has heard something; gives how many there are. */
  async openMany(host: string, port: number, count: number) {
    const openOne = (): Promise<void> =>
      new Promise(resolve => {
        const socket = connect({ host, port })
        socket.once('data', () => {
          many.push(socket)
          resolve()
        })
        socket.once('error', () => resolve())
      })
    for (let at = 0; at < count; at += openingAtOnce)
      await Promise.all(Array.from({ length: Math.min(openingAtOnce, count - at) }, openOne))
    return many.length
  },
  /** Opens so many connections, some at once, and cuts each in one of several ways; gives how many were answered. */
  async churn(host: string, port: number, count: number, seed: number) {
    const random = seededRandom(seed)
    let [started, answered] = [0, 0]
    const one = (): Promise<void> =>
      new Promise(resolve => {
        const socket = connect({ host, port })
        const cut = below(random, 4)
        // One that nobody waits for the answer of.
        if (cut === 0) socket.once('connect', () => void socket.resetAndDestroy())
        socket.once('data', () => {
          answered++
          if (cut === 1) socket.resetAndDestroy()
          else if (cut === 2) socket.end()
          else socket.destroy()
        })
        socket.once('error', () => undefined)
        socket.once('close', () => resolve())
      })
    const loop = async (): Promise<void> => {
      while (started++ < count) await one()
    }
    await Promise.all(Array.from({ length: openingAtOnce }, loop))
    return answered
  },
  shutMany: () => {
    for (const socket of many.splice(0)) socket.resetAndDestroy()
  },
  open,
  async openFrom(id: string, host: string, port: number) {
    const said = await open(id, host, port)
    return { said, from: held.get(id)?.socket.localPort ?? 0 }
  },
  /** Answers of so many connections, one after another. */
  async greetings(host: string, port: number, count: number, timeoutMs?: number) {
    const said: string[] = []
    for (let i = 0; i < count; i++) said.push(await greet(host, port, timeoutMs))
    return said
  },
  say: (id: string, text: string) => void held.get(id)?.socket.write(text),
  heard: (id: string) => held.get(id)?.text ?? '',
  end: (id: string) => held.get(id)?.end ?? '',
  shut: (id: string) => void held.get(id)?.socket.destroy(),
  /** The answer to a datagram, always from one socket for the same id; 'timeout' without one. */
  ask: (id: string, text: string, host: string, port: number) =>
    new Promise<string>(resolve => {
      const socket = datagrams.get(id) ?? createSocket(host.includes(':') ? 'udp6' : 'udp4')
      datagrams.set(id, socket)
      const timer = setTimeout(() => resolve('timeout'), patienceMs)
      socket.removeAllListeners('message')
      socket.once('message', data => {
        clearTimeout(timer)
        resolve(data.toString())
      })
      socket.send(text, port, host)
    }),
} satisfies Functions
export type ClientFunctions = typeof functions

serveCalls(functions)
