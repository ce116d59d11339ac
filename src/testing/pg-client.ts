import { pbkdf2Sync } from 'node:crypto'
import type { Connection, Endpoint, Network } from '../base/network.ts'
import { proveScram, startScramClient } from '../sql/auth/scram-client.ts'
import { keyBytes } from '../sql/auth/scram-verifier.ts'
import { ByteWriter } from '../sql/pgwire/byte-writer.ts'
import { FrameReader } from '../sql/pgwire/framing.ts'
import { type BackendMessage, decodeBackend } from '../sql/pgwire/messages/backend.ts'
import { protocolVersion30 } from '../sql/pgwire/messages/frontend/startup-message.ts'
import { encodeFrontend, type FrontendMessage, type StartupPacket } from '../sql/pgwire/messages/frontend.ts'

export type Received = BackendMessage | { readonly kind: 'closed' }
type Kind = Received['kind']

const deadlineMs = 60_000

/** A client that says exactly what a test wants, and keeps every message it hears. */
export interface PgClient {
  readonly connection: Connection
  send(...messages: (FrontendMessage | StartupPacket)[]): void
  /** Every message up to and with the next one of these kinds, 'closed' being the end of the connection. */
  until(...kinds: Kind[]): Promise<Received[]>
  logIn(login: {
    user: string
    password: string
    database?: string
    protocolVersion?: number
  }): Promise<Received[]>
  /** Every message up to ReadyForQuery. */
  query(text: string): Promise<Received[]>
}

export async function connectPgClient(network: Network, to: Endpoint): Promise<PgClient> {
  return pgClientOver(await network.connect(to, { timeoutMs: deadlineMs }))
}

export function pgClientOver(connection: Connection): PgClient {
  const writer = new ByteWriter()
  const inbox = createInbox(connection)

  const send = (...messages: (FrontendMessage | StartupPacket)[]): void => {
    for (const message of messages) {
      if (message.kind === 'SSLRequest' || message.kind === 'GSSENCRequest') inbox.expectByte()
      encodeFrontend(message, writer)
    }
    connection.write(writer.take())
  }

  return {
    connection,
    send,
    until: inbox.until,
    query(text) {
      send({ kind: 'Query', text })
      return inbox.until('ReadyForQuery', 'closed')
    },
    async logIn({ user, password, database = 'everport', protocolVersion = protocolVersion30 }) {
      const parameters = new Map(Object.entries({ user, database }))
      send({ kind: 'StartupMessage', protocolVersion, parameters })
      const heard = await inbox.until('AuthenticationSASL', 'closed')
      if (heard.at(-1)?.kind === 'closed') return heard
      heard.push(...(await prove(password, send, inbox.until)))
      return heard
    },
  }
}

async function prove(
  password: string,
  send: PgClient['send'],
  until: PgClient['until'],
): Promise<Received[]> {
  const client = startScramClient('clientnonce')
  send({ kind: 'SASLInitialResponse', mechanism: 'SCRAM-SHA-256', data: Buffer.from(client.clientFirst) })
  const heard = await until('AuthenticationSASLContinue', 'closed')
  const serverFirst = heard.at(-1)
  if (serverFirst?.kind !== 'AuthenticationSASLContinue') return heard
  const text = Buffer.from(serverFirst.data).toString()
  const { clientFinal } = await proveScram(client, text, password, (secret, salt, iterations) =>
    Promise.resolve(pbkdf2Sync(secret, salt, iterations, keyBytes, 'sha256')),
  )
  send({ kind: 'SASLResponse', data: Buffer.from(clientFinal) })
  return [...heard, ...(await until('ReadyForQuery', 'closed'))]
}

function createInbox(connection: Connection): { expectByte(): void; until: PgClient['until'] } {
  const reader = new FrameReader('messages', 1 << 28)
  const received: Received[] = []
  let isByteExpected = false
  let wake: () => void = () => undefined

  const take = (chunk: Buffer): void => {
    let bytes = chunk
    if (isByteExpected && bytes.length > 0) {
      isByteExpected = false
      received.push({ kind: 'EncryptionRefused' })
      bytes = bytes.subarray(1)
    }
    if (bytes.length > 0) reader.push(bytes)
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      const message = decodeBackend(frame)
      if (message === undefined) throw new Error(`unknown message type ${frame.type}`)
      received.push(message)
    }
    wake()
  }
  connection.on('data', take)
  connection.on('error', () => undefined)
  connection.on('close', () => {
    received.push({ kind: 'closed' })
    wake()
  })

  return {
    expectByte() {
      isByteExpected = true
    },
    async until(...kinds) {
      for (;;) {
        const index = received.findIndex(({ kind }) => kinds.includes(kind))
        if (index >= 0) return received.splice(0, index + 1)
        if (received.at(-1)?.kind === 'closed')
          throw new Error(`closed before ${kinds.join(' or ')}: ${listed()}`)
        await woken(() => `no ${kinds.join(' or ')} within ${deadlineMs} ms: ${listed()}`)
      }
    },
  }

  function listed(): string {
    return JSON.stringify(received.slice(-10))
  }

  function woken(problem: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(problem())), deadlineMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
