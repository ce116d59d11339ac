import type { LeafType } from './shape.ts'

/** Text of a request to a value; undefined when it is none of that type. */
export function readLeaf(type: LeafType, text: string): unknown {
  switch (type) {
    case 'string':
      return text
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'number':
      return readNumber(text.trim())
    case 'timestamp':
      return readTimestamp(text.trim())
    case 'blob':
      return readBlob(text.trim())
  }
}

/** A value of an answer to text, not yet escaped. */
export function writeLeaf(type: LeafType, value: unknown): string {
  if (type === 'timestamp' && value instanceof Date) return value.toISOString()
  if (type === 'blob' && value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  return String(value)
}

function readNumber(text: string): number | undefined {
  if (!/^[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?$/.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** ISO 8601 with a zone, as AWS's clients send it; a day alone is its beginning. */
function readTimestamp(text: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))?$/.test(text))
    return undefined
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function readBlob(text: string): Uint8Array | undefined {
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
  return isBase64 ? Uint8Array.from(Buffer.from(text, 'base64')) : undefined
}
