import type { Clock } from '../../base/clock.ts'
import { parseAddress } from '../../base/ip-address.ts'
import type { Random } from '../../base/random.ts'
import { putBytes } from './put-bytes.ts'
import { clientCookieBytes, judgeCookie, serverCookieBytes, writeCookie } from './server-cookie.ts'
import type { SipHashKey } from './siphash.ts'

export interface CookieKeeper {
  /**
   * Whether the COOKIE option shows that its sender gets what is sent to its address. Puts the option to send back into `reply`, 24 bytes.
   * `cookie` is 8 or 16 to 40 bytes long.
   */
  check(cookie: Uint8Array, address: string, reply: Uint8Array): boolean
}

/** RFC 7873 section 7.1 asks for a new secret about once a day, and lets no secret live for more than 36 days. */
const secretAgeMsMax = 86_400_000
/** Addresses whose bytes are remembered, so that they need not be read from text again. */
const addressesMax = 4_096
const unreadable = new Uint8Array(16)

/**
 * The secret is this process's own and never leaves it, so the time within a cookie may be the process's own too: to a client both are
 * opaque. Cookies of the secret before are taken until the next change, which is longer than any cookie lives.
 */
export function cookieKeeper(clock: Clock, random: Random): CookieKeeper {
  const newSecret = (): SipHashKey => Uint32Array.from({ length: 4 }, () => random.uint32())
  let secret = newSecret()
  let before = secret
  let changedAt = clock.now()
  // Time on one clock alone would show how long the process runs.
  const epochSeconds = random.uint32()
  const addresses = new Map<string, Uint8Array>()
  const bytesOf = (text: string): Uint8Array => {
    const known = addresses.get(text)
    if (known !== undefined) return known
    if (addresses.size >= addressesMax) addresses.clear()
    const bytes = parseAddress(text) ?? unreadable
    addresses.set(text, bytes)
    return bytes
  }
  return {
    check(cookie, from, reply) {
      const address = bytesOf(from)
      const now = clock.now()
      if (now - changedAt >= secretAgeMsMax) {
        before = secret
        secret = newSecret()
        changedAt = now
      }
      const seconds = (epochSeconds + Math.floor(now / 1_000)) >>> 0
      const isComplete = cookie.length === clientCookieBytes + serverCookieBytes
      const verdict = isComplete ? judgeCookie(secret, cookie, address, seconds) : 'bad'
      if (verdict === 'good') putBytes(reply, 0, cookie)
      else writeCookie(secret, cookie, address, seconds, reply)
      return verdict !== 'bad' || (isComplete && judgeCookie(before, cookie, address, seconds) !== 'bad')
    },
  }
}
