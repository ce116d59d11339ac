import { createHash } from 'node:crypto'

/** AWS's names: of the target of a load balancer's own cookie, of an application's, and of the group that a rule chose. */
export const cookieNames = { target: 'AWSALB', application: 'AWSALBAPP-0', group: 'AWSALBTG' } as const

/**
 * What a cookie says instead of a target's or group's name: a digest that tells the client nothing, and that every balancer of the load
 * balancer makes alike.
 */
export function cookieToken(name: string): string {
  return createHash('sha256').update(`everport sticky ${name}`).digest('base64url').slice(0, 27)
}

/** The value of a cookie in a Cookie header (RFC 6265 section 5.4); the first where a name stands twice. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}

/** A Set-Cookie line. `forSeconds` undefined: until the browser ends. */
export function cookieLine(name: string, value: string, forSeconds: number | undefined): string {
  return `${name}=${value}; Path=/${forSeconds === undefined ? '' : `; Max-Age=${forSeconds}`}`
}

/** Whether a target's answer sets a cookie of that name. */
export function setsCookie(lines: readonly string[] | undefined, name: string): boolean {
  return lines?.some(line => line.trimStart().startsWith(`${name}=`)) === true
}
