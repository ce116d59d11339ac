import type { Connection, Endpoint } from '../../src/base/network.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { deriveKeyOnce } from '../../src/sql/client/derive-key.ts'
import { login } from '../../src/sql/client/login.ts'
import { MessageStream } from '../../src/sql/client/message-stream.ts'

export interface Counted {
  readonly rows: number
  readonly bytes: number
}

/** Runs a statement by the extended protocol with binary results, and counts rows and bytes without looking into them. */
export async function countPostgresRows(
  at: Endpoint,
  credentials: { user: string; password: string; database: string },
  statement: string,
): Promise<Counted> {
  const connection = await systemNetwork.connect(at, { timeoutMs: 5_000 })
  const stream = new MessageStream(connection, at, 1 << 20)
  await login(stream, {
    ...credentials,
    applicationName: 'bench',
    random: systemRandom(),
    deriveKey: deriveKeyOnce,
    onNotice: () => undefined,
  })
  const counted = counting(connection)
  stream.send({ kind: 'Parse', name: '', text: statement, parameterTypeOids: [] })
  stream.send({
    kind: 'Bind',
    portal: '',
    statement: '',
    parameterFormats: [],
    parameters: [],
    resultFormats: [1],
  })
  stream.send({ kind: 'Execute', portal: '', rowsMax: 0 })
  stream.send({ kind: 'Sync' })
  const found = await counted
  connection.destroy()
  return found
}

/** Until ReadyForQuery. Only the five bytes in front of each message are read. */
function counting(connection: Connection): Promise<Counted> {
  return new Promise((resolve, reject) => {
    let rows = 0
    let bytes = 0
    let rest: Buffer = Buffer.alloc(0)
    let skip = 0
    connection.removeAllListeners('data')
    connection.on('close', () => reject(new Error('the server hung up')))
    connection.on('data', data => {
      bytes += data.length
      const chunk = rest.length > 0 ? Buffer.concat([rest, data]) : data
      rest = Buffer.alloc(0)
      let at = Math.min(skip, chunk.length)
      skip -= at
      while (at < chunk.length) {
        if (at + 5 > chunk.length) {
          rest = chunk.subarray(at)
          return
        }
        const type = chunk[at]
        if (type === 68) rows++
        else if (type === 90) return resolve({ rows, bytes })
        else if (type === 69) return reject(new Error(chunk.toString('latin1', at, at + 200)))
        const length = 1 + chunk.readInt32BE(at + 1)
        if (at + length > chunk.length) {
          skip = at + length - chunk.length
          return
        }
        at += length
      }
    })
  })
}
