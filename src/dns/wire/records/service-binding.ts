import { type Name, readName, writeWholeName } from '../name.ts'
import { formatName } from '../presentation/escapes.ts'
import { takeName, takeRest, takeUint, uint16Max } from '../presentation/fields.ts'
import { PresentationError } from '../presentation/presentation-error.ts'
import { type Reader, readBytes, readUint16 } from '../reader.ts'
import { WireError } from '../wire-error.ts'
import { writeBytes, writeUint16 } from '../writer.ts'
import type { RecordCodec } from './codec.ts'
import {
  formatParameter,
  parseParameter,
  type ServiceParameter,
  wrongParameters,
} from './service-parameters.ts'

export interface ServiceData<Type extends string> {
  readonly type: Type
  /** 0: AliasMode. */
  readonly priority: number
  readonly target: Name
  /** By ascending key, each key once. */
  readonly parameters: readonly ServiceParameter[]
}

/** SVCB and what has its form (RFC 9460 section 2). */
export function serviceCodec<Type extends string>(type: Type, code: number): RecordCodec<ServiceData<Type>> {
  return {
    type,
    code,
    parse(fields) {
      const [priority, target] = [takeUint(fields, uint16Max), takeName(fields)]
      const texts = takeRest(fields)
      const parameters = texts.map(text => parseParameter(text, fields.escapes)).sort((a, b) => a.key - b.key)
      const wrong = wrongParameters(parameters)
      if (wrong !== undefined)
        throw new PresentationError(`${type}RRDATAIllegalParameters`, wrong, texts.join(' '))
      return { type, priority, target, parameters }
    },
    format: (data, escapes) =>
      [
        data.priority,
        formatName(data.target, escapes),
        ...data.parameters.map(parameter => formatParameter(parameter, escapes)),
      ].join(' '),
    encode(writer, data) {
      writeUint16(writer, data.priority)
      writeWholeName(writer, data.target)
      for (const { key, value } of data.parameters) {
        writeUint16(writer, key)
        writeUint16(writer, value.length)
        writeBytes(writer, value)
      }
    },
    decode(reader) {
      const [priority, target] = [readUint16(reader), readName(reader)]
      const parameters = readParameters(reader)
      const wrong = wrongParameters(parameters)
      if (wrong !== undefined) throw new WireError(`${type}: ${wrong}`)
      return { type, priority, target, parameters }
    },
  }
}

function readParameters(reader: Reader): ServiceParameter[] {
  const parameters: ServiceParameter[] = []
  while (reader.at < reader.end)
    parameters.push({ key: readUint16(reader), value: readBytes(reader, readUint16(reader)) })
  return parameters
}
