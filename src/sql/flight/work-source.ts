import type { EngineSession } from '../engine/engine.ts'
import { unpackAny } from './any-message.ts'
import type { FlightContext } from './flight-context.ts'
import { metadataSource } from './metadata/metadata-commands.ts'
import type { ResultSource } from './result-source.ts'
import { statementSource } from './statement-source.ts'
import type { TicketWork } from './ticket.ts'

/** What a ticket's work gives, asked of one session. */
export async function workSource(
  context: FlightContext,
  session: EngineSession,
  work: TicketWork,
): Promise<ResultSource> {
  return work.kind === 'statement'
    ? await statementSource(session, work.statement, work.parameters)
    : await metadataSource(context, session, unpackAny(Buffer.from(work.command, 'base64')))
}

/** A session of the engine for one call. */
export async function inSession<T>(
  { engine, database }: Pick<FlightContext, 'engine' | 'database'>,
  user: string,
  use: (session: EngineSession) => Promise<T>,
): Promise<T> {
  const session = await engine.openSession({ user, database, applicationName: 'Flight SQL' })
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}
