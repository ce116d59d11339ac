/** What is wrong with a request by itself, in no service's words yet. */
export interface Problem {
  readonly kind: 'missing' | 'type' | 'unknown' | 'constraint'
  /** As the request names it, for example `Targets.member.2.Id`. */
  readonly wirePath: string
  /** As AWS's sentences name it, for example `targets.2.member.id`. */
  readonly path: string
  /** What was found. */
  readonly value: string | undefined
  /** What a constraint asks for, for example `Member must have length less than or equal to 32`. */
  readonly rule: string
}

/** Where in a request: both names at once, so that a problem can be told in either. */
export interface Where {
  readonly wire: string
  readonly path: string
}

export const top: Where = { wire: '', path: '' }

export function memberOf(where: Where, name: string, wireName: string): Where {
  const path = name.charAt(0).toLowerCase() + name.slice(1)
  return {
    wire: where.wire === '' ? wireName : `${where.wire}.${wireName}`,
    path: where.path === '' ? path : `${where.path}.${path}`,
  }
}

/** `index` counts from 1. */
export function itemOf(where: Where, index: number, wireName: string): Where {
  return { wire: `${where.wire}.${wireName}`, path: `${where.path}.${index}.member` }
}
