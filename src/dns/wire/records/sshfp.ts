import { hexText, takeHex, takeUint, uint8Max } from '../presentation/fields.ts'
import { readBytes, readUint8 } from '../reader.ts'
import { writeBytes, writeUint8 } from '../writer.ts'
import type { RecordCodec } from './codec.ts'

export interface SshfpData {
  readonly type: 'SSHFP'
  readonly algorithm: number
  readonly fingerprintType: number
  readonly fingerprint: Uint8Array
}

/** RFC 4255 section 3. */
export const sshfp: RecordCodec<SshfpData> = {
  type: 'SSHFP',
  code: 44,
  parse: fields => ({
    type: 'SSHFP',
    algorithm: takeUint(fields, uint8Max),
    fingerprintType: takeUint(fields, uint8Max),
    fingerprint: takeHex(fields),
  }),
  format: data => `${data.algorithm} ${data.fingerprintType} ${hexText(data.fingerprint)}`.trimEnd(),
  encode(writer, data) {
    writeUint8(writer, data.algorithm)
    writeUint8(writer, data.fingerprintType)
    writeBytes(writer, data.fingerprint)
  },
  decode: reader => ({
    type: 'SSHFP',
    algorithm: readUint8(reader),
    fingerprintType: readUint8(reader),
    fingerprint: readBytes(reader, reader.end - reader.at),
  }),
}
