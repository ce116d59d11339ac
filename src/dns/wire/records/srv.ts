import { type Name, readName, writeWholeName } from '../name.ts'
import { formatName } from '../presentation/escapes.ts'
import { takeName, takeUint, uint16Max } from '../presentation/fields.ts'
import { readUint16 } from '../reader.ts'
import { writeUint16 } from '../writer.ts'
import type { RecordCodec } from './codec.ts'

export interface SrvData {
  readonly type: 'SRV'
  readonly priority: number
  readonly weight: number
  readonly port: number
  readonly target: Name
}

/** RFC 2782. Its name is not compressed, but one that came compressed is read (RFC 3597 section 4). */
export const srv: RecordCodec<SrvData> = {
  type: 'SRV',
  code: 33,
  fieldCount: 4,
  parse: fields => ({
    type: 'SRV',
    priority: takeUint(fields, uint16Max),
    weight: takeUint(fields, uint16Max),
    port: takeUint(fields, uint16Max),
    target: takeName(fields),
  }),
  format: (data, escapes) =>
    `${data.priority} ${data.weight} ${data.port} ${formatName(data.target, escapes)}`,
  encode(writer, data) {
    writeUint16(writer, data.priority)
    writeUint16(writer, data.weight)
    writeUint16(writer, data.port)
    writeWholeName(writer, data.target)
  },
  decode: reader => ({
    type: 'SRV',
    priority: readUint16(reader),
    weight: readUint16(reader),
    port: readUint16(reader),
    target: readName(reader),
  }),
}
