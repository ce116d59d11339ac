// A target: says its name on each connection and to each datagram, and then everything that it hears. Arguments: name, ports, address.
import { createSocket } from 'node:dgram'
import { createServer, type Socket } from 'node:net'
import { type Functions, serveCalls } from './remote-calls.ts'

const [, , name = '', portList = '', host = '::'] = process.argv
const ports = portList.split(',').map(Number)
const open = new Set<Socket>()

async function serve(port: number): Promise<void> {
  const server = createServer({ noDelay: true }, socket => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
    socket.on('data', data => void socket.write(data))
    // The last port is the one that it alone has, where it has one.
    socket.write(`${name} ${socket.remoteAddress ?? ''} ${ports.at(-1)}\n`)
  })
  const datagrams = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', ipv6Only: false })
  datagrams.on('message', (data, from) =>
    datagrams.send(`${name} ${from.address} ${data.toString()}`, from.port, from.address),
  )
  await new Promise<void>(resolve => server.listen({ port, host, backlog: 4096 }, resolve))
  await new Promise<void>(resolve => datagrams.bind(port, host, resolve))
}

for (const port of ports) await serve(port)

const functions = {
  openConnections: () => open.size,
} satisfies Functions
export type TargetFunctions = typeof functions

serveCalls(functions)
