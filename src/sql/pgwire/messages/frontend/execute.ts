import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

export interface Execute {
  readonly kind: 'Execute'
  readonly portal: string
  /** 0, or less, is no limit. */
  readonly rowsMax: number
}

export function encodeExecute(message: Execute, to: ByteWriter): void {
  to.begin('E').cstring(message.portal).int32(message.rowsMax).end()
}

export function decodeExecute(body: Uint8Array): Execute {
  const from = new ByteReader(body)
  const message = { kind: 'Execute', portal: from.cstring(), rowsMax: from.int32() } as const
  from.end()
  return message
}
