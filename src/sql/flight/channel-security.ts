import { isIP } from 'node:net'
import { checkServerIdentity, createSecureContext } from 'node:tls'
import { type ChannelCredentials, type ChannelOptions, credentials } from '@grpc/grpc-js'

/** How a client of gRPC speaks to a server, and knows it. */
export interface ChannelSecurity {
  readonly credentials: ChannelCredentials
  readonly options: ChannelOptions
}

export const clearText: ChannelSecurity = { credentials: credentials.createInsecure(), options: {} }

/** PEM texts. */
export interface ClientTls {
  /** Undefined: the authorities that Node.js trusts. */
  readonly ca?: string | undefined
  /** What the client shows of itself, with its key. */
  readonly certificate?: string | undefined
  readonly key?: string | undefined
}

/** Sent to servers that are known by an address alone, which may not be sent (RFC 6066, section 3). Nobody has this name (RFC 6761). */
const nameless = 'address.invalid'

/** TLS with a server whose certificate is for `name`, a DNS name or an address. Throws when the texts are no PEM or do not fit. */
export function tlsWith(tls: ClientTls, name: string): ChannelSecurity {
  const context = createSecureContext({ ca: tls.ca, cert: tls.certificate, key: tls.key })
  const isAddress = isIP(name) > 0
  return {
    credentials: credentials.createFromSecureContext(context, {
      checkServerIdentity: (_sent, certificate) => checkServerIdentity(name, certificate),
    }),
    options: {
      'grpc.ssl_target_name_override': isAddress ? nameless : name,
      ...(isAddress ? {} : { 'grpc.default_authority': name }),
    },
  }
}

/** TLS with a server that shows this very certificate, whoever issued it and whatever it is for. */
export function tlsWithHolder(certificate: string): ChannelSecurity {
  // Partial: trust ends at this certificate.
  const context = createSecureContext({ ca: certificate, allowPartialTrustChain: true })
  return {
    credentials: credentials.createFromSecureContext(context, { checkServerIdentity: () => undefined }),
    options: { 'grpc.ssl_target_name_override': nameless },
  }
}
