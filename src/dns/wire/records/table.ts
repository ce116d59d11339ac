import { WireError } from '../wire-error.ts'
import { type AData, a } from './a.ts'
import { type AaaaData, aaaa } from './aaaa.ts'
import { type CaaData, caa } from './caa.ts'
import { type CnameData, cname } from './cname.ts'
import type { RecordCodec } from './codec.ts'
import { type DsData, ds } from './ds.ts'
import { type HttpsData, https } from './https.ts'
import { type MxData, mx } from './mx.ts'
import { type NaptrData, naptr } from './naptr.ts'
import { type NsData, ns } from './ns.ts'
import { type PtrData, ptr } from './ptr.ts'
import { type SoaData, soa } from './soa.ts'
import { type SpfData, spf } from './spf.ts'
import { type SrvData, srv } from './srv.ts'
import { type SshfpData, sshfp } from './sshfp.ts'
import { type SvcbData, svcb } from './svcb.ts'
import { type TlsaData, tlsa } from './tlsa.ts'
import { type TxtData, txt } from './txt.ts'
import { type UnknownData, unknown } from './unknown.ts'

/** A new type is a new file, a line here and a line in `known`. */
export type RecordData =
  | AData
  | AaaaData
  | CaaData
  | CnameData
  | DsData
  | HttpsData
  | MxData
  | NaptrData
  | NsData
  | PtrData
  | SoaData
  | SpfData
  | SrvData
  | SshfpData
  | SvcbData
  | TlsaData
  | TxtData
  | UnknownData

type AnyCodec = RecordCodec<RecordData>

/** Safe: a codec is only given data that carry its own `type`. */
const known = [
  a,
  aaaa,
  caa,
  cname,
  ds,
  https,
  mx,
  naptr,
  ns,
  ptr,
  soa,
  spf,
  srv,
  sshfp,
  svcb,
  tlsa,
  txt,
] as unknown as readonly AnyCodec[]

const byCode: ReadonlyMap<number, AnyCodec> = new Map(known.map(codec => [codec.code, codec]))
const byType: ReadonlyMap<string, AnyCodec> = new Map(known.map(codec => [codec.type, codec]))

export function codecOfCode(code: number): AnyCodec {
  return byCode.get(code) ?? unknown(code)
}

/** By mnemonic, or by `TYPE65280`. */
export function codecOfType(type: string): AnyCodec {
  const codec = byType.get(type)
  if (codec !== undefined) return codec
  const code = Number(/^TYPE(\d{1,5})$/.exec(type)?.[1] ?? Number.NaN)
  if (!(code <= 0xffff)) throw new WireError(`unknown record type ${type}`)
  return codecOfCode(code)
}

export const knownTypes: readonly string[] = known.map(codec => codec.type)
