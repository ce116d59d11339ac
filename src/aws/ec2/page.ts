import { ec2Limits } from './limits.ts'
import { refuse } from './refuse.ts'

export interface Page<T> {
  readonly items: T[]
  readonly next: { NextToken?: string }
}

/** Items in the order of their ids; the token names the first of the next page, so that what comes or goes meanwhile repeats nothing. */
export function pageOf<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  {
    NextToken,
    MaxResults,
  }: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined },
): Page<T> {
  const start = NextToken === undefined || NextToken === '' ? '' : startOf(NextToken)
  const rest = items.filter(item => idOf(item) >= start).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
  const max = Math.min(MaxResults ?? ec2Limits.pageItemsMax, ec2Limits.pageItemsMax)
  const following = rest[max]
  return {
    items: rest.slice(0, max),
    next: following === undefined ? {} : { NextToken: tokenOf(idOf(following)) },
  }
}

const mark = 'everport:'

function tokenOf(id: string): string {
  return Buffer.from(`${mark}${id}`).toString('base64url')
}

function startOf(token: string): string {
  const text = Buffer.from(token, 'base64url').toString()
  if (!text.startsWith(mark)) throw refuse('InvalidNextToken', `The token '${token}' is invalid`)
  return text.slice(mark.length)
}

/** Of those that a request names, all must be there. */
export function namedOnly<T>(
  items: readonly T[],
  ids: readonly string[] | undefined,
  idOf: (item: T) => string,
  missing: (ids: readonly string[]) => Error,
): readonly T[] {
  if (ids === undefined || ids.length === 0) return items
  const wanted = new Set(ids)
  const found = items.filter(item => wanted.has(idOf(item)))
  const there = new Set(found.map(idOf))
  const gone = ids.filter(id => !there.has(id))
  if (gone.length > 0) throw missing(gone)
  return found
}
