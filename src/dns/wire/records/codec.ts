import type { Reader } from '../reader.ts'
import type { Writer } from '../writer.ts'

/** One record type. `Data` is tagged with `type`, the type's mnemonic. */
export interface RecordCodec<Data extends { readonly type: string }> {
  readonly type: Data['type']
  readonly code: number
  /** From the presentation form (RFC 1035 section 5.1, as in a Route 53 value). */
  parse(text: string): Data
  format(data: Data): string
  encode(writer: Writer, data: Data): void
  /** Reads up to `reader.end`, which is the end of the record's data; what is left over is the caller's error. */
  decode(reader: Reader): Data
}
