import type { Builder } from 'flatbuffers'

/** Numbers of the union MessageHeader in Message.fbs. */
export const messageHeaders = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const

/** MetadataVersion V5. */
const version = 4

/** The Message table around a header that `builder` holds at `header`. */
export function finishMessage(
  builder: Builder,
  headerType: number,
  header: number,
  bodyBytes: number,
): Uint8Array {
  builder.startObject(5)
  builder.addFieldInt16(0, version, 0)
  builder.addFieldInt8(1, headerType, 0)
  builder.addFieldOffset(2, header, 0)
  builder.addFieldInt64(3, BigInt(bodyBytes), 0n)
  builder.finish(builder.endObject())
  return builder.asUint8Array()
}

/** Which of `messageHeaders` a Message has; undefined when the bytes are none. */
export function headerTypeOf(message: Uint8Array): number | undefined {
  const view = new DataView(message.buffer, message.byteOffset, message.length)
  try {
    const table = view.getUint32(0, true)
    const slots = table - view.getInt32(table, true)
    // Slot 1 of the vtable, behind its own size and the table's.
    const offset = view.getUint16(slots, true) > 6 ? view.getUint16(slots + 6, true) : 0
    return offset === 0 ? undefined : view.getUint8(table + offset)
  } catch {
    return undefined
  }
}
