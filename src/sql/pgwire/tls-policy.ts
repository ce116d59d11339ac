/** What the server asks of encryption and of certificates. */
export interface TlsPolicy {
  /** `off`: refused. `required`: nobody logs in without. */
  readonly mode: 'off' | 'offered' | 'required'
  readonly clientCertificates: ClientCertificateRule
  /** Common names of certificates, and the users that they stand for; a name that is not listed stands for itself. */
  readonly users: ReadonlyMap<string, string>
}

/**
 * What a client's certificate is for.
 *   off          none is asked for
 *   verify-ca    one that the authorities vouch for must be shown, beside the password
 *   verify-full  and it must be the user's
 *   login        the user's certificate stands in for the password
 */
export type ClientCertificateRule = 'off' | 'verify-ca' | 'verify-full' | 'login'

/** What is known of a session's encryption. */
export interface TlsFacts {
  /** The application protocol that was chosen (ALPN). */
  readonly protocol: string | undefined
  /** Channel binding of the server's certificate. */
  readonly binding: Uint8Array | undefined
  /** Of the client's certificate; undefined when it showed none. */
  readonly commonName: string | undefined
}

export const noTls: TlsPolicy = { mode: 'off', clientCertificates: 'off', users: new Map() }
