import {
  type Fields,
  hexText,
  problem,
  takeHex,
  takeUint,
  uint8Max,
  uint16Max,
} from '../presentation/fields.ts'
import { readBytes, readUint8, readUint16 } from '../reader.ts'
import { writeBytes, writeUint8, writeUint16 } from '../writer.ts'
import type { RecordCodec } from './codec.ts'

export interface DsData {
  readonly type: 'DS'
  readonly keyTag: number
  readonly algorithm: number
  readonly digestType: number
  readonly digest: Uint8Array
}

/** SHA-1, SHA-256, SHA-384 (IANA "DNSSEC Delegation Signer (DS) Digest Algorithms"). */
const digestBytes: Readonly<Record<number, number>> = { 1: 20, 2: 32, 4: 48 }

/** RFC 4034 section 5. */
export const ds: RecordCodec<DsData> = {
  type: 'DS',
  code: 43,
  parse(fields) {
    const data: DsData = {
      type: 'DS',
      keyTag: takeUint(fields, uint16Max),
      algorithm: takeUint(fields, uint8Max),
      digestType: takeUint(fields, uint8Max),
      digest: takeHex(fields),
    }
    checkDigest(fields, data)
    return data
  },
  format: data => `${data.keyTag} ${data.algorithm} ${data.digestType} ${hexText(data.digest)}`,
  encode(writer, data) {
    writeUint16(writer, data.keyTag)
    writeUint8(writer, data.algorithm)
    writeUint8(writer, data.digestType)
    writeBytes(writer, data.digest)
  },
  decode: reader => ({
    type: 'DS',
    keyTag: readUint16(reader),
    algorithm: readUint8(reader),
    digestType: readUint8(reader),
    digest: readBytes(reader, reader.end - reader.at),
  }),
}

/** A digest cut short in copying takes the whole delegation out. */
function checkDigest(fields: Fields, { digest, digestType }: DsData): void {
  const expected = digestBytes[digestType]
  if (digest.length === 0 || (expected !== undefined && digest.length !== expected))
    throw problem(
      fields,
      'IllegalDigest',
      `Value is not a digest of ${expected ?? 'one or more'} bytes`,
      hexText(digest),
    )
}
