import type { Metadata } from '@grpc/grpc-js'
import { arrowField } from '../sql/arrow/arrow-field.ts'
import { BatchGatherer, recordBatchMessage } from '../sql/arrow/batch-body.ts'
import { flightDataWriter } from '../sql/arrow/flight-data.ts'
import { schemaMessage } from '../sql/arrow/schema-message.ts'
import { textColumn } from '../sql/arrow/value-columns.ts'
import { packAny, sqlCodec, unpackAny } from '../sql/flight/any-message.ts'
import type { ActionResult, FlightDescriptor } from '../sql/flight/messages.ts'
import { messageCodec } from '../sql/flight/protocol.ts'
import type { FlightChannel } from './flight-channel.ts'
import { FlightFailure } from './flight-failure.ts'

/** The value of a parameter; the statement decides its type, as with text in PostgreSQL. */
export type ParameterValue = string | number | bigint | boolean | Date | Uint8Array | null

const create = sqlCodec<{ query: string }>('ActionCreatePreparedStatementRequest')
const created = sqlCodec<{ prepared_statement_handle: Buffer }>('ActionCreatePreparedStatementResult')
const command = sqlCodec<{ prepared_statement_handle: Buffer }>('CommandPreparedStatementQuery')
const bound = messageCodec<{ prepared_statement_handle?: Buffer }>('sql.DoPutPreparedStatementResult')
const descriptorCodec = messageCodec<FlightDescriptor>('FlightDescriptor')

/** Prepares and binds; the command that results holds both, and any node can run it. */
export async function preparedCommand(
  channel: FlightChannel,
  metadata: Metadata,
  statement: string,
  parameters: readonly ParameterValue[],
): Promise<Buffer> {
  const body = packAny('ActionCreatePreparedStatementRequest', create.encode({ query: statement }))
  let handle: Buffer | undefined
  const action = { type: 'CreatePreparedStatement', body }
  for await (const result of channel.stream<ActionResult>('DoAction', action, metadata)) {
    handle = created.decode(unpackAny(result.body).value).prepared_statement_handle
  }
  if (handle === undefined) throw new FlightFailure('the statement was not prepared', 'INTERNAL', undefined)
  const commandOf = (each: Buffer): Buffer =>
    packAny('CommandPreparedStatementQuery', command.encode({ prepared_statement_handle: each }))
  if (parameters.length === 0) return commandOf(handle)
  const { answer } = await channel.exchange<{ app_metadata: Buffer }>(
    'DoPut',
    boundMessages(commandOf(handle), parameters),
    metadata,
  )
  return commandOf(bound.decode(answer?.app_metadata ?? Buffer.alloc(0)).prepared_statement_handle ?? handle)
}

/** A schema, with the command in front, and one row of text. */
function boundMessages(cmd: Buffer, parameters: readonly ParameterValue[]): Buffer[] {
  const fields = parameters.map((_, i) => arrowField(`$${i + 1}`, { kind: 'utf8' }))
  const descriptor = descriptorCodec.encode({ type: 'CMD', cmd, path: [] })
  const body = new BatchGatherer()
  for (const value of parameters) textColumn([parameterText(value)]).gather(body)
  return [
    Buffer.concat([lengthPrefixed(0x0a, descriptor), flightDataWriter().write(schemaMessage(fields), [])]),
    flightDataWriter().write(recordBatchMessage(body, 1), body.buffers),
  ]
}

function parameterText(value: ParameterValue): string | null {
  if (value === null) return null
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  return String(value)
}

/** A field of a protobuf message: the tag, the length as a varint, the bytes. */
function lengthPrefixed(tag: number, bytes: Uint8Array): Buffer {
  const head = [tag]
  let rest = bytes.length
  for (; rest >= 128; rest >>>= 7) head.push((rest & 0x7f) | 0x80)
  return Buffer.concat([Buffer.from([...head, rest]), bytes])
}
