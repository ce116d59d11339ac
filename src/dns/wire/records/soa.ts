import { type Name, readName, writeName } from '../name.ts'
import { readUint32 } from '../reader.ts'
import { WireError } from '../wire-error.ts'
import { writeUint32 } from '../writer.ts'
import { absoluteName } from './absolute-name.ts'
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
  parse(text) {
    const [primaryServer = '', mailbox = '', ...numbers] = text.trim().split(/\s+/)
    if (numbers.length !== 5 || !numbers.every(isUint32))
      throw new WireError(`SOA: expected two names and five numbers, found ${text}`)
    const [serial = 0, refreshSeconds = 0, retrySeconds = 0, expireSeconds = 0, minimumSeconds = 0] =
      numbers.map(Number)
    return {
      type: 'SOA',
      primaryServer: absoluteName(primaryServer),
      mailbox: absoluteName(mailbox),
      serial,
      refreshSeconds,
      retrySeconds,
      expireSeconds,
      minimumSeconds,
    }
  },
  format: data => `${data.primaryServer} ${data.mailbox} ${numbersOf(data).join(' ')}`,
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

function isUint32(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) <= 0xffff_ffff
}
