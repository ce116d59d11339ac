import type { Connection, Network } from '../../base/network.ts'
import type { TlsIdentity } from '../../base/tls-identity.ts'
import { certificateBytes, endPointBinding } from '../auth/channel-binding.ts'
import { postgresProtocol } from './session-encryption.ts'
import type { TlsFacts, TlsPolicy } from './tls-policy.ts'

/** TLS of a server: what it asks of clients, and who it is now. */
export interface ServerTls {
  readonly policy: TlsPolicy
  identity(): TlsIdentity
}

/** A TLS session over a connection that listens for nothing. `received`: what was read of the handshake. Rejects with ConnectError. */
export async function secureConnection(
  network: Network,
  connection: Connection,
  identity: TlsIdentity,
  received: Uint8Array,
  timeoutMs: number,
): Promise<{ readonly connection: Connection; readonly facts: TlsFacts }> {
  const protocols = [postgresProtocol]
  const accepted = await network.acceptTls(connection, { identity, timeoutMs, protocols, received })
  const certificate = certificateBytes(identity.certificate)
  const { protocol, clientCertificate } = accepted.peer
  return {
    connection: accepted.connection,
    facts: {
      protocol,
      binding: certificate && endPointBinding(certificate),
      commonName: clientCertificate?.commonName,
    },
  }
}
