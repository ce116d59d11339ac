/** Where a query comes from, as far as a routing policy may look. */
export interface Source {
  /** Of the sender, most often a resolver; text as the system writes it, IPv6 without a zone index. */
  readonly address: string
  /** The client behind the resolver, when it says (RFC 7871). Well-formed: checked by the server. */
  readonly subnet?: ClientSubnet | undefined
}

export interface ClientSubnet {
  readonly family: 4 | 6
  /** 0 says nothing about the client, and asks that nothing be read into it. */
  readonly prefixBits: number
  /** 4 or 16 bytes; bits behind the prefix are zero. */
  readonly address: Uint8Array
}
