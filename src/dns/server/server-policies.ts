import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { type CookieKeeper, cookieKeeper } from './cookie-keeper.ts'
import { type RateLimiter, rateLimiter, rateLimitsDefault } from './rate-limiter.ts'
import { identityBytesMax } from './reply-options.ts'

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

/** As an operator says it. */
export interface ServerSettings {
  /** 0: no limit. */
  readonly repliesPerSecond?: number | undefined
  readonly cookies?: 'offered' | 'required' | undefined
  /** Told to who asks; undefined: nobody is told. */
  readonly identity?: string | undefined
  readonly version?: string | undefined
}

export function serverPolicies(settings: ServerSettings, clock: Clock, random: Random): ServerPolicies {
  const perSecond = settings.repliesPerSecond ?? rateLimitsDefault.answersPerSecond
  const limits = { ...rateLimitsDefault, answersPerSecond: perSecond, errorsPerSecond: perSecond }
  return {
    cookies: cookieKeeper(clock, random),
    mustHaveCookie: settings.cookies === 'required',
    limiter: perSecond === 0 ? undefined : rateLimiter(limits, clock, random),
    identity: textBytes(settings.identity),
    version: textBytes(settings.version),
  }
}

function textBytes(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : Buffer.from(text).subarray(0, identityBytesMax)
}
