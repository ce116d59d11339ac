import type { CookieKeeper } from './cookie-keeper.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** What a server does beyond answering from its zones; without any of it, nothing is told and nobody is limited. */
export interface ServerPolicies {
  /** DNS cookies (RFC 7873) are given and known. */
  readonly cookies?: CookieKeeper | undefined
  /** By UDP nobody is served without a cookie of ours: BADCOOKIE to who can keep one, TC to who cannot. */
  readonly mustHaveCookie?: boolean
  /** Replies by UDP to who shows no cookie. */
  readonly limiter?: RateLimiter | undefined
  /** Who this server is, to who asks: NSID (RFC 5001), `id.server` and `hostname.bind` (RFC 4892). At most 64 bytes. */
  readonly identity?: Uint8Array | undefined
  /** `version.bind` and `version.server`. */
  readonly version?: Uint8Array | undefined
  /** Told by edns-tcp-keepalive (RFC 7828). */
  readonly idleTimeoutMs?: number
}
