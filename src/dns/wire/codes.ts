/** Numbers of the IANA registry "Domain Name System (DNS) Parameters" that we act on. */
export const rcodes = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
  /** RFC 6891: its upper bits travel in the OPT record. */
  badVersion: 16,
  /** RFC 7873. */
  badCookie: 23,
} as const

export const classes = { internet: 1, chaos: 3, any: 255 } as const

/** Types that have a meaning outside their own file in records/. */
export const types = {
  a: 1,
  ns: 2,
  cname: 5,
  soa: 6,
  hinfo: 13,
  txt: 16,
  aaaa: 28,
  opt: 41,
  ds: 43,
  tkey: 249,
  tsig: 250,
  ixfr: 251,
  axfr: 252,
  mailb: 253,
  maila: 254,
  any: 255,
} as const

/** Bits of the second 16-bit word of the header (RFC 1035 section 4.1.1, RFC 4035). */
export const flagBits = {
  response: 0x8000,
  opcode: 0x7800,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  authenticData: 0x0020,
  checkingDisabled: 0x0010,
  rcode: 0x000f,
} as const

export const wireLimits = {
  messageBytesMax: 65_535,
  headerBytes: 12,
  /** RFC 1035 section 2.3.4. */
  labelBytesMax: 63,
  nameBytesMax: 255,
  /** A UDP message without EDNS (RFC 1035 section 4.2.1). */
  plainUdpBytesMax: 512,
  /** What passes without fragments almost everywhere (DNS Flag Day 2020, RFC 9715). */
  ednsUdpBytesMax: 1_232,
} as const
