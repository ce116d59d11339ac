export interface MessageCount {
  rows: number
  bytes: number
  /** Bytes `from` … `end - 1` of a chunk, which are the next of the call. */
  take(chunk: Buffer, from: number, end: number): void
}

const prefixBytes = 5
/** A record batch of a few columns says within this how many rows it has. */
const startBytesMax = 2_048

/** Passes over the messages of one call and adds up the rows of their record batches. */
export function countMessages(): MessageCount {
  const start = Buffer.alloc(startBytesMax)
  let filled = 0
  let left = 0
  return {
    rows: 0,
    bytes: 0,
    take(chunk, from, end) {
      let at = from
      while (at < end) {
        if (left === 0) {
          const count = Math.min(prefixBytes - filled, end - at)
          chunk.copy(start, filled, at, at + count)
          filled += count
          at += count
          if (filled < prefixBytes) return
          left = start.readUInt32BE(1)
          filled = 0
          continue
        }
        const count = Math.min(left, end - at)
        if (filled < startBytesMax)
          filled += chunk.copy(start, filled, at, at + Math.min(count, startBytesMax - filled))
        left -= count
        at += count
        if (left > 0) continue
        this.rows += rowsOf(start.subarray(0, filled))
        filled = 0
      }
    },
  }
}

const headerTag = 0x12
const recordBatch = 3

/** RecordBatch.length of the beginning of a FlightData: slot 0 of the header's table; 0 for a schema. */
function rowsOf(start: Buffer): number {
  if (start[0] !== headerTag) throw new Error('expected a FlightData that begins with its header')
  let at = 1
  while ((start[at] ?? 0) >= 0x80) at++
  const bytes = start.subarray(at + 1)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const message = view.getUint32(0, true)
  const slots = message - view.getInt32(message, true)
  const type = view.getUint8(message + view.getUint16(slots + 6, true))
  if (type !== recordBatch) return 0
  const place = message + view.getUint16(slots + 8, true)
  const batch = place + view.getUint32(place, true)
  const batchSlots = batch - view.getInt32(batch, true)
  return Number(view.getBigInt64(batch + view.getUint16(batchSlots + 4, true), true))
}
