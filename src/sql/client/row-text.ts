import type { Row } from './result.ts'

/**
 * The cells of a DataRow in text format; undefined when the body does not hold exactly `cellCount` whole cells. Apart from the
 * general decoder because it runs once a row.
 */
export function rowText(body: Uint8Array, cellCount: number): Row | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== cellCount) return undefined
  const row: Row = []
  let offset = 2
  for (let i = 0; i < cellCount; i++) {
    if (bytes.length - offset < 4) return undefined
    const length = bytes.readInt32BE(offset)
    offset += 4
    if (length === -1) {
      row.push(null)
      continue
    }
    if (length < 0 || length > bytes.length - offset) return undefined
    row.push(bytes.toString('utf8', offset, offset + length))
    offset += length
  }
  return offset === bytes.length ? row : undefined
}
