import type { Escapes } from '../presentation/escapes.ts'
import type { Fields } from '../presentation/fields.ts'
import type { Reader } from '../reader.ts'
import type { Writer } from '../writer.ts'

/** One record type. `Data` is tagged with `type`, the type's mnemonic. */
export interface RecordCodec<Data extends { readonly type: string }> {
  readonly type: Data['type']
  readonly code: number
  /** How many fields the presentation form has, where the number is fixed. */
  readonly fieldCount?: number
  /** From the presentation form (RFC 1035 section 5.1, or a Route 53 value). Fields left over are the caller's error. */
  parse(fields: Fields): Data
  format(data: Data, escapes: Escapes): string
  encode(writer: Writer, data: Data): void
  /** Reads up to `reader.end`, which is the end of the record's data; what is left over is the caller's error. */
  decode(reader: Reader): Data
}
