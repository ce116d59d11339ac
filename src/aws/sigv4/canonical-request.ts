import { createHash } from 'node:crypto'
import { type HttpRequest, headerOf, queryPairs } from './http-request.ts'

/**
 * The text whose digest is signed: method, path, query, signed headers and the digest of the body (Signature Version 4, "Create a
 * canonical request"). Undefined when the query has a broken escape or a signed header is not there.
 */
export function canonicalRequest(request: HttpRequest, signedHeaders: readonly string[]): string | undefined {
  const pairs = queryPairs(request.query)
  if (pairs === undefined) return undefined
  const headers: string[] = []
  for (const name of signedHeaders) {
    const value = headerOf(request, name)
    if (value === undefined) return undefined
    headers.push(`${name}:${value.trim().replaceAll(/[ \t]+/g, ' ')}\n`)
  }
  return [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(pairs),
    headers.join(''),
    signedHeaders.join(';'),
    createHash('sha256').update(request.body).digest('hex'),
  ].join('\n')
}

/** Dot segments resolved, then escaped once more than on the wire: every service but S3 does so. */
function canonicalPath(path: string): string {
  const steps: string[] = []
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue
    if (step === '..') steps.pop()
    else steps.push(step)
  }
  const resolved = `/${steps.join('/')}${steps.length > 0 && path.endsWith('/') ? '/' : ''}`
  return escaped(resolved).replaceAll('%2F', '/')
}

function canonicalQuery(pairs: readonly (readonly [string, string])[]): string {
  return pairs
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [escaped(name), escaped(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** RFC 3986: everything but letters, digits, `-`, `.`, `_` and `~`. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
