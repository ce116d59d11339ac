// A target: answers each message of a client, and health checks on another port. Told 'serve', it listens; told to end, it closes what is open
// after the next answer.
import { createServer as createWebServer } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { ports } from './settings.ts'

const open = new Set<Socket>()
let isEnding = false
const server = createServer({ noDelay: true }, socket => {
  open.add(socket)
  socket.on('error', () => undefined)
  socket.on('close', () => {
    open.delete(socket)
    if (isEnding && open.size === 0) process.exit(0)
  })
  socket.on('data', data => {
    socket.write(data)
    if (isEnding) socket.end()
  })
})
const web = createWebServer((_, response) => response.end('ready'))

async function serve(): Promise<void> {
  await new Promise<void>(resolve =>
    server.listen({ port: ports.service, host: '::', backlog: 4096 }, resolve),
  )
  await new Promise<void>(resolve => web.listen(ports.health, resolve))
  process.send?.('serves')
}

process.once('message', () => void serve())
process.on('SIGTERM', () => {
  isEnding = true
  server.close()
  web.close()
  web.closeAllConnections()
  if (open.size === 0) process.exit(0)
})
process.on('disconnect', () => process.exit(0))
process.send?.('waits')
