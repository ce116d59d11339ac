import { type Name, readName, writeName } from '../name.ts'
import { formatName } from '../presentation/escapes.ts'
import { takeName, takeSeconds, takeUint, uint32Max } from '../presentation/fields.ts'
import { readUint32 } from '../reader.ts'
import { writeUint32 } from '../writer.ts'
import type { RecordCodec } from './codec.ts'

export interface SoaData {
  readonly type: 'SOA'
  readonly primaryServer: Name
  readonly mailbox: Name
  readonly serial: number
  readonly refreshSeconds: number
  readonly retrySeconds: number
  readonly expireSeconds: number
  /** How long a negative answer may be kept (RFC 2308 section 4). */
  readonly minimumSeconds: number
}

/** RFC 1035 section 3.3.13. */
export const soa: RecordCodec<SoaData> = {
  type: 'SOA',
  code: 6,
  fieldCount: 7,
  parse: fields => ({
    type: 'SOA',
    primaryServer: takeName(fields),
    mailbox: takeName(fields),
    serial: takeUint(fields, uint32Max),
    refreshSeconds: takeSeconds(fields),
    retrySeconds: takeSeconds(fields),
    expireSeconds: takeSeconds(fields),
    minimumSeconds: takeSeconds(fields),
  }),
  format: (data, escapes) =>
    [formatName(data.primaryServer, escapes), formatName(data.mailbox, escapes), ...numbersOf(data)].join(
      ' ',
    ),
  encode(writer, data) {
    writeName(writer, data.primaryServer)
    writeName(writer, data.mailbox)
    for (const number of numbersOf(data)) writeUint32(writer, number)
  },
  decode: reader => ({
    type: 'SOA',
    primaryServer: readName(reader),
    mailbox: readName(reader),
    serial: readUint32(reader),
    refreshSeconds: readUint32(reader),
    retrySeconds: readUint32(reader),
    expireSeconds: readUint32(reader),
    minimumSeconds: readUint32(reader),
  }),
}

function numbersOf(data: SoaData): number[] {
  return [data.serial, data.refreshSeconds, data.retrySeconds, data.expireSeconds, data.minimumSeconds]
}
