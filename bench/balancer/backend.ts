// The target of the balancer benchmark: on one port an endless stream, on the other an answer to one message. Tells its ports to its parent.
import { createServer, type Server } from 'node:net'

const chunk = Buffer.alloc(262_144, 1)

const stream = createServer({ noDelay: true }, socket => {
  socket.on('error', () => undefined)
  const pump = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', pump)
  pump()
})
const answer = createServer({ noDelay: true }, socket => {
  socket.on('error', () => undefined)
  socket.on('data', data => void socket.write(data))
})

const listen = (server: Server): Promise<number> =>
  new Promise(resolve =>
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    }),
  )

const ports = { stream: await listen(stream), answer: await listen(answer) }
process.send?.(ports)
process.on('disconnect', () => process.exit(0))
