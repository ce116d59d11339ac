import { classes, flagBits, types } from '../wire/codes.ts'
import { type NameKey, nameKey } from '../wire/name.ts'
import type { Query } from '../wire/query.ts'
import { putUint16 } from '../wire/writer.ts'
import type { Sections } from './reply.ts'
import type { ServerPolicies } from './server-policies.ts'

/** RFC 4892, and the names that BIND gave them. */
const told: ReadonlyMap<NameKey, 'identity' | 'version'> = new Map([
  [nameKey('id.server.'), 'identity'],
  [nameKey('hostname.bind.'), 'identity'],
  [nameKey('version.server.'), 'version'],
  [nameKey('version.bind.'), 'version'],
])

/** Questions about the server itself, in class CHAOS. Undefined when it is not to tell. */
export function chaosSections(query: Query, policies: ServerPolicies): Sections | undefined {
  const what = told.get(query.key)
  if (what === undefined || (query.type !== types.txt && query.type !== types.any)) return undefined
  const text = policies[what]
  if (text === undefined) return undefined
  const body = new Uint8Array(13 + text.length)
  // The owner is the name in the question; TTL 0.
  putUint16(body, 0, 0xc00c)
  putUint16(body, 2, types.txt)
  putUint16(body, 4, classes.chaos)
  putUint16(body, 10, 1 + text.length)
  body[12] = text.length
  body.set(text, 13)
  return {
    flags: flagBits.response | flagBits.authoritative,
    answers: 1,
    authorities: 0,
    additionals: 0,
    body,
    serial: undefined,
  }
}
