import type { Routing } from './policy.ts'

/**
 * One record set, answered whole. Its values are not checked one by one, and a health check on it changes nothing: there is no other.
 *
 * | record    | answer |
 * |-----------|--------|
 * | healthy   | it     |
 * | unhealthy | it     |
 */
export function simple(): Routing {
  return { choice: { kind: 'order', order: [0] }, reason: 'the only record' }
}
