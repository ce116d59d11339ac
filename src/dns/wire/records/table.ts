import { WireError } from '../wire-error.ts'
import { type AData, a } from './a.ts'
import { type AaaaData, aaaa } from './aaaa.ts'
import { type CnameData, cname } from './cname.ts'
import type { RecordCodec } from './codec.ts'
import { type NsData, ns } from './ns.ts'
import { type SoaData, soa } from './soa.ts'
import { type TxtData, txt } from './txt.ts'
import { type UnknownData, unknown } from './unknown.ts'

/** A new type is a new file, a line here and a line in `known`. */
export type RecordData = AData | AaaaData | CnameData | NsData | SoaData | TxtData | UnknownData

type AnyCodec = RecordCodec<RecordData>

/** Safe: a codec is only given data that carry its own `type`. */
const known = [a, ns, cname, soa, txt, aaaa] as unknown as readonly AnyCodec[]

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
