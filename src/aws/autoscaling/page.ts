import { refuse } from './refuse.ts'

const pageItemsMax = 100

/** Items in the order of their names; the token names the first of the next page. */
export function pageOf<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  {
    NextToken,
    MaxRecords,
  }: { readonly NextToken?: string | undefined; readonly MaxRecords?: number | undefined },
): { readonly items: T[]; readonly next: { NextToken?: string } } {
  const start = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64url').toString()
  if (NextToken !== undefined && start === '')
    throw refuse('InvalidNextToken', `The token '${NextToken}' is invalid`)
  const rest = items.filter(item => nameOf(item) >= start).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const max = Math.min(Math.max(1, MaxRecords ?? pageItemsMax), pageItemsMax)
  const following = rest[max]
  return {
    items: rest.slice(0, max),
    next: following === undefined ? {} : { NextToken: Buffer.from(nameOf(following)).toString('base64url') },
  }
}
