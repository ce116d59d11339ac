/** A request as it came over the wire: what a signature is over must not have been tidied. */
export interface HttpRequest {
  readonly method: string
  /** Before the question mark, as sent. */
  readonly path: string
  /** After it, as sent; empty without one. */
  readonly query: string
  /** Every header line in order, names as sent: one name may come twice. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/** Values of one header, name in lower case, joined as HTTP joins them. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  const values = request.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(',')
}

/** Names and values as sent, percent-decoded; a name without `=` has an empty value. Undefined when an escape is broken. */
export function queryPairs(query: string): (readonly [string, string])[] | undefined {
  if (query === '') return []
  try {
    return query
      .split('&')
      .filter(part => part !== '')
      .map(part => {
        const at = part.indexOf('=')
        return at === -1
          ? ([decodeURIComponent(part), ''] as const)
          : ([decodeURIComponent(part.slice(0, at)), decodeURIComponent(part.slice(at + 1))] as const)
      })
  } catch {
    return undefined
  }
}
