// A target: says its name on each connection and to each datagram, and then everything that it hears.
import { createSocket } from 'node:dgram'
import { createServer, type Socket } from 'node:net'
import { type Functions, serveCalls } from './remote-calls.ts'

const [, , name = '', portText = '8000'] = process.argv
const port = Number(portText)
const open = new Set<Socket>()
const ends = { end: 0, reset: 0 }

const server = createServer({ noDelay: true }, socket => {
  open.add(socket)
  socket.on('error', () => ends.reset++)
  socket.on('end', () => ends.end++)
  socket.on('close', () => open.delete(socket))
  socket.on('data', data => void socket.write(data))
  socket.write(`${name} ${socket.remoteAddress ?? ''}\n`)
})
const datagrams = createSocket({ type: 'udp6', ipv6Only: false })
datagrams.on('message', (data, from) =>
  datagrams.send(`${name} ${from.address} ${data.toString()}`, from.port, from.address),
)

await new Promise<void>(resolve => server.listen({ port, host: '::', backlog: 4096 }, resolve))
await new Promise<void>(resolve => datagrams.bind(port, '::', resolve))

const functions = {
  openConnections: () => open.size,
  ends: () => ends,
} satisfies Functions
export type TargetFunctions = typeof functions

serveCalls(functions)
