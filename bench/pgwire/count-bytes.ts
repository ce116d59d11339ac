import type { Endpoint } from '../../src/base/network.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { deriveKeyOnce } from '../../src/sql/client/derive-key.ts'
import { login } from '../../src/sql/client/login.ts'
import { MessageStream } from '../../src/sql/client/message-stream.ts'
import { ByteWriter } from '../../src/sql/pgwire/byte-writer.ts'
import { encodeFrontend, type FrontendMessage } from '../../src/sql/pgwire/messages/frontend.ts'

export interface Where {
  readonly at: Endpoint
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface Counted {
  readonly rows: number
  /** Of the rows alone. */
  readonly bytes: number
  readonly seconds: number
}

/** Asks by the extended protocol, or sends COPY, and looks at nothing but the type and length of each message that comes. */
export async function countBytes(
  where: Where,
  sql: string,
  how: 'text' | 'binary' | 'copy',
): Promise<Counted> {
  const connection = await systemNetwork.connect(where.at, { timeoutMs: 5_000 })
  const stream = new MessageStream(connection, where.at, 1 << 20)
  const options = { ...where, applicationName: 'bench', random: systemRandom(), deriveKey: deriveKeyOnce }
  await login(stream, { ...options, onNotice: () => undefined })
  connection.removeAllListeners('data')
  const writer = new ByteWriter()
  for (const message of messages(sql, how)) encodeFrontend(message, writer)
  const counter = messageCounter(how === 'copy' ? 'd' : 'D')
  const started = systemClock.now()
  connection.write(writer.take())
  await new Promise<void>((resolve, reject) => {
    connection.on('data', chunk => {
      if (counter.take(chunk)) resolve()
    })
    connection.on('close', () => reject(new Error('the server hung up')))
  })
  const seconds = (systemClock.now() - started) / 1_000
  connection.destroy()
  if (counter.failed()) throw new Error(`${sql} failed`)
  return { rows: counter.rows(), bytes: counter.bytes(), seconds }
}

function messages(sql: string, how: 'text' | 'binary' | 'copy'): FrontendMessage[] {
  if (how === 'copy') return [{ kind: 'Query', text: `copy (${sql}) to stdout (format binary)` }]
  const resultFormats = [how === 'binary' ? 1 : 0]
  return [
    { kind: 'Parse', name: '', text: sql, parameterTypeOids: [] },
    { kind: 'Bind', portal: '', statement: '', parameterFormats: [], parameters: [], resultFormats },
    { kind: 'Execute', portal: '', rowsMax: 0 },
    { kind: 'Sync' },
  ]
}

const headBytes = 5
const [error, ready] = ['E', 'Z'].map(type => type.charCodeAt(0))

/** Steps from message to message over chunks that end anywhere. */
function messageCounter(rowType: string): {
  /** True when the server is ready again. */
  take(chunk: Buffer): boolean
  rows(): number
  bytes(): number
  failed(): boolean
} {
  const row = rowType.charCodeAt(0)
  const head = Buffer.alloc(headBytes)
  let headLength = 0
  let skip = 0
  let rows = 0
  let bytes = 0
  let hasFailed = false
  const take = (chunk: Buffer): boolean => {
    for (let at = 0; at < chunk.length; ) {
      if (skip > 0) {
        const step = Math.min(skip, chunk.length - at)
        skip -= step
        at += step
        continue
      }
      let type: number | undefined
      let length: number
      if (headLength === 0 && chunk.length - at >= headBytes) {
        type = chunk[at]
        length = chunk.readUInt32BE(at + 1)
        at += headBytes
      } else {
        while (headLength < headBytes && at < chunk.length) head[headLength++] = chunk[at++] ?? 0
        if (headLength < headBytes) return false
        headLength = 0
        type = head[0]
        length = head.readUInt32BE(1)
      }
      skip = length - 4
      if (type === row) {
        rows++
        bytes += length + 1
      } else if (type === error) hasFailed = true
      else if (type === ready) return true
    }
    return false
  }
  return { take, rows: () => rows, bytes: () => bytes, failed: () => hasFailed }
}
