/** TLS on the ports of a node. */
export interface NodeTls {
  /** `required`: nobody logs in without. */
  readonly mode: 'off' | 'offered' | 'required'
  /** Whether the runtime port and the auxiliary port speak TLS, and nothing else. Absent in documents of earlier versions: they do not. */
  readonly flight?: boolean
  /** Absolute paths; undefined: a certificate of the local authority in the state folder. */
  readonly files: { readonly certificateFile: string; readonly keyFile: string } | undefined
  /** Names and addresses that clients reach the node by: what a certificate of the local authority is for. */
  readonly names: readonly string[]
  /** Absolute path of the authorities that clients' certificates are of. */
  readonly clientAuthorityFile: string | undefined
  /** What a client's certificate is for; see ClientCertificateRule of the PostgreSQL port. */
  readonly clientCertificates: 'off' | 'verify-ca' | 'verify-full' | 'login'
  /** Common names that are not the user's own name. */
  readonly clientUsers: readonly { readonly commonName: string; readonly user: string }[]
}
