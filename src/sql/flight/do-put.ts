import type { ServerDuplexStream } from '@grpc/grpc-js'
import { EverportError } from '../../base/errors.ts'
import type { ReceivedFlightData } from '../arrow/flight-data.ts'
import { decoded, sqlCodec, unpackAny } from './any-message.ts'
import type { FlightCall, FlightContext } from './flight-context.ts'
import type { FlightDescriptor } from './messages.ts'
import { messageCodec } from './protocol.ts'
import { parameterReader, receivedData } from './read-parameters.ts'
import { openOwnWords, sealWords } from './sealed-words.ts'
import type { ParameterRows, StatementWords } from './ticket.ts'
import { inSession } from './work-source.ts'

interface PutResult {
  readonly app_metadata: Buffer
}

const descriptorCodec = messageCodec<FlightDescriptor>('FlightDescriptor')
const preparedCodec = sqlCodec<{ prepared_statement_handle: Buffer }>('CommandPreparedStatementQuery')
const updateCodec = sqlCodec<{ query: string }>('CommandStatementUpdate')
const bindResult = messageCodec<{ prepared_statement_handle: Buffer }>('sql.DoPutPreparedStatementResult')
const updateResult = messageCodec<{ record_count: number }>('sql.DoPutUpdateResult')

/** Updates, and parameters of prepared statements: whatever the client sends beside its statement. */
export async function doPut(
  context: FlightContext,
  { user }: FlightCall,
  stream: ServerDuplexStream<Buffer, PutResult>,
): Promise<void> {
  const reader = parameterReader()
  let first: ReceivedFlightData | undefined
  // The stream must outlive the loop: the answer goes out on it.
  for await (const bytes of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    const data = receivedData(bytes)
    first ??= data
    reader.take(data)
  }
  const descriptor = decoded(descriptorCodec, 'FlightDescriptor', first?.descriptor ?? new Uint8Array(0))
  const { name, value } = unpackAny(descriptor.cmd)
  stream.write({ app_metadata: await answer(context, user, name, value, () => reader.rows()) })
}

async function answer(
  context: FlightContext,
  user: string,
  name: string,
  value: Buffer,
  rows: () => Promise<ParameterRows>,
): Promise<Buffer> {
  switch (name) {
    case 'CommandStatementUpdate':
      return await update(context, user, updateCodec.decode(value).query)
    case 'CommandPreparedStatementUpdate': {
      const handle = preparedCodec.decode(value).prepared_statement_handle
      return await update(context, user, statementOf(context, user, handle).statement)
    }
    case 'CommandPreparedStatementQuery':
      return bind(context, user, preparedCodec.decode(value).prepared_statement_handle, await rows())
    case 'CommandStatementIngest':
      throw new EverportError('read_only', 'rows cannot be stored here', {
        hint: 'this node answers queries; data is changed where it lives',
      })
    default:
      throw new EverportError('feature_not_supported', `${name} is not supported`)
  }
}

/** The values go into a new handle, which is good on every node; a client that keeps the old one is served by this node alone. */
function bind(context: FlightContext, user: string, handle: Buffer, parameters: ParameterRows): Buffer {
  const words: StatementWords = { ...statementOf(context, user, handle), parameters }
  context.bound.set(handle.toString('base64'), parameters)
  return bindResult.encode({ prepared_statement_handle: sealWords(context.sealer, 'statement', words) })
}

function statementOf({ sealer }: FlightContext, user: string, handle: Buffer): StatementWords {
  return openOwnWords(sealer, 'statement', handle, user)
}

/** What changes something is refused by the engine, in its own words; what only reads is run to its end. */
async function update(context: FlightContext, user: string, statement: string): Promise<Buffer> {
  return await inSession(context, user, async session => {
    const prepared = await session.prepare(statement, [])
    try {
      if (prepared.columns !== undefined) {
        throw new EverportError('invalid_input', 'the statement returns rows', { hint: 'run it as a query' })
      }
      const execution = await prepared.execute([], 'arrow')
      try {
        while ((await execution.next(Number.MAX_SAFE_INTEGER)) !== undefined);
      } finally {
        await execution.close()
      }
    } finally {
      prepared.close()
    }
    // Unknown.
    return updateResult.encode({ record_count: -1 })
  })
}
