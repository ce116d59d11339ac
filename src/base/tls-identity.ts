/** Who a TLS server is, and whose clients it takes. Never changed in place: a new certificate is a new identity. */
export interface TlsIdentity {
  /** PEM: the server's certificate, then those between it and its authority. */
  readonly certificate: string
  /** PEM. */
  readonly privateKey: string
  /** PEM: authorities whose clients' certificates are taken. Undefined: clients are not asked for one. */
  readonly clientAuthorities: string | undefined
  /** Shown to clients that name a server which one of these is for (server name indication, RFC 6066), the first that fits. */
  readonly others?: readonly Pick<TlsIdentity, 'certificate' | 'privateKey'>[]
  /** Default: 1.2 and 1.3. */
  readonly versions?: { readonly min: TlsVersion; readonly max: TlsVersion }
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3'

/** What a server remembers of a handshake. */
export interface TlsPeer {
  /** The application protocol that both chose (ALPN), if any. */
  readonly protocol: string | undefined
  /** The client's certificate, which one of `clientAuthorities` vouches for; undefined when it showed none. */
  readonly clientCertificate: ClientCertificate | undefined
}

export interface ClientCertificate {
  /** The last CN of its subject; '' when it has none. */
  readonly commonName: string
}
