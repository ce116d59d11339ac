// A client that asks for ten million rows and reads some of them, for admission-load.ts: to be killed in the middle.
import type { Endpoint } from '../../src/base/network.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { connectPgClient } from '../../src/testing/pg-client.ts'

const to = JSON.parse(process.argv[2] ?? '') as Endpoint
const client = await connectPgClient(systemNetwork, to)
await client.logIn({ user: 'app', password: 'secret', database: 'demo' })
let bytes = 0
client.connection.removeAllListeners('data')
client.connection.on('data', data => {
  bytes += data.length
  // Some rows are on their way, most are not.
  if (bytes < 1_000_000) return
  client.connection.pause()
  process.send?.('reading')
})
client.send({ kind: 'Query', text: "select i, repeat('x', 50) from range(10000000) r(i)" })
process.on('disconnect', () => process.exit(0))
