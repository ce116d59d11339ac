import { constants, X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls'
import {
  type AcceptedTls,
  ConnectError,
  type ConnectFailureReason,
  type Connection,
  type TlsAcceptOptions,
} from '../base/network.ts'
import type { ClientCertificate, TlsIdentity } from '../base/tls-identity.ts'
import { tlsFailure } from './tls-failure.ts'

interface Outcome {
  secured(socket: TLSSocket): void
  broken(error: Error): void
}

/** A server that never listens: it only shakes hands. */
interface Handshaker {
  readonly server: Server
  /** By the four numbers that tell connections apart. */
  readonly waiting: Map<string, Outcome>
}

/** A context costs a millisecond to make, so that of an identity is kept as long as the identity is. */
const handshakers = new WeakMap<TlsIdentity, Map<string, Handshaker>>()

export function acceptTls(connection: Connection, options: TlsAcceptOptions): Promise<AcceptedTls> {
  const { server, waiting } = handshakerOf(options.identity, options.protocols ?? [])
  const from = { address: connection.remoteAddress ?? '', port: connection.remotePort ?? 0 }
  const key = `${from.address} ${from.port} ${connection.localAddress} ${connection.localPort}`
  const raw = connection as Socket
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer)
      waiting.delete(key)
    }
    const fail = (error: ConnectError): void => {
      settle()
      connection.destroy()
      reject(error)
    }
    const failFor = (reason: ConnectFailureReason): void => fail(new ConnectError(reason, from))
    const timer = setTimeout(() => failFor('timeout'), options.timeoutMs)
    raw.on('error', () => undefined)
    raw.on('close', () => {
      if (waiting.has(key)) failFor('reset')
    })
    waiting.set(key, {
      broken: error => fail(tlsFailure(error, from)),
      secured(socket) {
        socket.on('error', () => undefined)
        // Only a plain socket can be reset; its session goes with it.
        socket.resetAndDestroy = () => {
          raw.resetAndDestroy()
          return socket.destroy()
        }
        const found = clientCertificate(socket)
        if (found === 'untrusted')
          return fail(new ConnectError('tls', from, socket.authorizationError?.message))
        settle()
        const protocol = socket.alpnProtocol === false ? undefined : (socket.alpnProtocol ?? undefined)
        resolve({ connection: socket, peer: { protocol, clientCertificate: found } })
      },
    })
    if (raw.destroyed) return failFor('reset')
    if (options.received !== undefined && options.received.length > 0) raw.unshift(options.received)
    server.emit('connection', raw)
  })
}

function clientCertificate(socket: TLSSocket): ClientCertificate | 'untrusted' | undefined {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  if (!socket.authorized) return 'untrusted'
  // A line for each part; what is special inside one is escaped.
  const commonName = certificate.subject.split('\n').findLast(part => part.startsWith('CN='))
  return { commonName: commonName?.slice(3) ?? '' }
}

function handshakerOf(identity: TlsIdentity, protocols: readonly string[]): Handshaker {
  const known = handshakers.get(identity) ?? new Map<string, Handshaker>()
  handshakers.set(identity, known)
  const name = protocols.join(',')
  const found = known.get(name) ?? createHandshaker(identity, protocols)
  known.set(name, found)
  return found
}

function createHandshaker(identity: TlsIdentity, protocols: readonly string[]): Handshaker {
  const { certificate, privateKey, clientAuthorities, versions, others = [] } = identity
  const waiting = new Map<string, Outcome>()
  const server = createServer({
    cert: certificate,
    key: privateKey,
    minVersion: versions?.min ?? 'TLSv1.2',
    ...(versions === undefined ? {} : { maxVersion: versions.max }),
    ...(others.length === 0 ? {} : { SNICallback: choiceByName(identity, others) }),
    // Sessions of a database are long: nobody resumes one, and a ticket is sent with each.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
    ...(clientAuthorities === undefined
      ? {}
      : { ca: clientAuthorities, requestCert: true, rejectUnauthorized: false }),
  })
  const outcomeOf = (socket: TLSSocket): Outcome | undefined =>
    waiting.get(`${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`)
  server.on('secureConnection', socket => outcomeOf(socket)?.secured(socket))
  server.on('tlsClientError', (error, socket) => outcomeOf(socket)?.broken(error))
  return { server, waiting }
}

type ByName = (name: string, chosen: (error: Error | null, context?: SecureContext) => void) => void

/** The first whose certificate is for the name; without one, the server's own. */
function choiceByName(own: TlsIdentity, others: NonNullable<TlsIdentity['others']>): ByName {
  const { versions } = own
  const choices = [own, ...others].map(({ certificate, privateKey }) => ({
    certificate: new X509Certificate(certificate),
    context: createSecureContext({
      cert: certificate,
      key: privateKey,
      minVersion: versions?.min ?? 'TLSv1.2',
      ...(versions === undefined ? {} : { maxVersion: versions.max }),
    }),
  }))
  return (name, chosen) =>
    chosen(null, choices.find(({ certificate }) => certificate.checkHost(name) !== undefined)?.context)
}
