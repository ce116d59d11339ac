import { refuse } from './refusal.ts'

const pageSizeMax = 400

export interface Page<T> {
  readonly items: readonly T[]
  readonly NextMarker: string | undefined
}

/** `Marker` names the last item of the page before, so that one that has gone meanwhile is no gap. `items` are in order of `idOf`. */
export function pageOf<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  {
    Marker,
    PageSize = pageSizeMax,
  }: { readonly Marker?: string | undefined; readonly PageSize?: number | undefined },
): Page<T> {
  const after = Marker === undefined ? undefined : decoded(Marker)
  const from = after === undefined ? 0 : firstAfter(items, idOf, after)
  const page = items.slice(from, from + PageSize)
  const last = page.at(-1)
  const isEnd = from + PageSize >= items.length || last === undefined
  return { items: page, NextMarker: isEnd ? undefined : Buffer.from(idOf(last)).toString('base64url') }
}

function firstAfter<T>(items: readonly T[], idOf: (item: T) => string, after: string): number {
  const at = items.findIndex(item => idOf(item) > after)
  return at === -1 ? items.length : at
}

function decoded(marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString()
  if (text === '' || Buffer.from(text).toString('base64url') !== marker)
    throw refuse('ValidationError', `'${marker.slice(0, 128)}' is not a valid marker`)
  return text
}
