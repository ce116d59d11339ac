import { lookup } from 'node:dns/promises'
import { Metadata } from '@grpc/grpc-js'
import type { RecordBatch, Schema } from 'apache-arrow'
import { systemClock } from '../io/clock.ts'
import { packAny, sqlCodec } from '../sql/flight/any-message.ts'
import { singlePortHeader } from '../sql/flight/identify.ts'
import type { FlightInfo } from '../sql/flight/messages.ts'
import { type ChannelTls, type FlightChannel, openChannel } from './flight-channel.ts'
import { FlightFailure } from './flight-failure.ts'
import { addressesOf, type NamedEndpoint, type Place, placesOf, type ResolveName } from './locations.ts'
import { type ParameterValue, preparedCommand } from './prepared-command.ts'
import { readBatches, readSchema } from './read-batches.ts'

export { FlightFailure } from './flight-failure.ts'

export interface EverportClientOptions {
  /** A name or an address: the balancer's, or a node's. */
  readonly host: string
  /** The runtime port. Default 9999. */
  readonly port?: number
  readonly user: string
  readonly password: string
  /** Never go to a second port: for clients behind a firewall that lets through the runtime port only. Default false. */
  readonly singlePort?: boolean
  /** Encrypts, and checks who the server is: where the locations begin with `grpc+tls`. Default: clear text. */
  readonly tls?: EverportClientTls
  /** How long a server may take to answer, or to send its first rows. Default 30 seconds. */
  readonly timeoutMs?: number
  /** The same for statements alone, where those may take longer; Infinity: as long as they take. Default: `timeoutMs`. */
  readonly statementTimeoutMs?: number
  /** Finds the addresses of a name. Default: the system's resolver. */
  readonly resolve?: ResolveName
}

export interface EverportClientTls {
  /** PEM: authorities that the servers' certificates may be of. Default: those that Node.js trusts. */
  readonly ca?: string | Uint8Array
  /** What the certificates must be for. Default: the name by which each place is known, `host` for the first. */
  readonly serverName?: string
  /** PEM: the client's own certificate and its key, for servers that ask for one. */
  readonly certificate?: string | Uint8Array
  readonly key?: string | Uint8Array
}

export interface QueryOptions {
  /** Values of $1, $2 … */
  readonly parameters?: readonly ParameterValue[]
  readonly signal?: AbortSignal
}

export interface PlannedQuery {
  readonly schema: Schema
  /** As `query` gives them; each time it is read, the query runs. */
  batches(): AsyncIterable<RecordBatch>
}

export interface EverportClient {
  /** Rows as they come. Ending the loop early cancels the query. Throws FlightFailure. */
  query(statement: string, options?: QueryOptions): AsyncIterable<RecordBatch>
  /** The first step alone: the columns are known, and nothing runs before `batches` is read. Rejects with FlightFailure. */
  plan(statement: string, options?: QueryOptions): Promise<PlannedQuery>
  /** Names and types of the columns, without running anything. */
  describe(statement: string): Promise<Schema>
  close(): void
}

const portDefault = 9_999
const timeoutMsDefault = 30_000
/** gRPC statuses after which another place may do better. What is wrong with the statement is wrong everywhere. */
const elsewhere: ReadonlySet<string> = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED'])
/** The same, where they come from the connection and not from a node, which would give a SQLSTATE. */
const brokenOff: ReadonlySet<string> = new Set(['INTERNAL', 'UNKNOWN', 'CANCELLED'])

function mayDoElsewhere({ status, sqlState }: FlightFailure): boolean {
  return elsewhere.has(status) || (sqlState === undefined && brokenOff.has(status))
}

/** Logs in on the runtime port. */
export async function connectEverport(options: EverportClientOptions): Promise<EverportClient> {
  const session = await logIn(options)
  return {
    async *query(statement, more = {}) {
      const info = await firstStep(session, statement, more)
      yield* batchesOf(session, info, more)
    },
    async plan(statement, more = {}) {
      const info = await firstStep(session, statement, more)
      return { schema: await readSchema(info.schema), batches: () => batchesOf(session, info, more) }
    },
    async describe(statement) {
      const { schema } = await whereItCan(session, channel =>
        channel.unary<{ schema: Buffer }>(
          'GetSchema',
          descriptor(statementCommand(statement)),
          session.metadata(),
        ),
      )
      return await readSchema(schema)
    },
    close() {
      for (const each of session.channels.values()) each.close()
    },
  }
}

interface Session {
  /** Where first steps go: the place that answered last. */
  at: NamedEndpoint
  /** Of the host, the first that answered in front. The token is valid at each. */
  readonly addresses: readonly NamedEndpoint[]
  /** Of first and second steps, by place. */
  readonly channels: Map<string, FlightChannel>
  readonly resolve: ResolveName
  readonly isTls: boolean
  metadata(): Metadata
  open(to: NamedEndpoint): FlightChannel
}

/** The first address that answers. */
async function logIn(options: EverportClientOptions): Promise<Session> {
  const { host, port = portDefault, user, password, timeoutMs = timeoutMsDefault } = options
  const { statementTimeoutMs = timeoutMs } = options
  const resolve = options.resolve ?? systemNames
  const open = (to: NamedEndpoint): FlightChannel =>
    openChannel(to, { clock: systemClock, timeoutMs, statementTimeoutMs, tls: channelTls(options.tls, to) })
  const addresses = (await addressesOf(host, resolve)).map(address => ({ address, name: host, port }))
  const credentials = new Metadata()
  credentials.set('authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
  let failure = new FlightFailure(`no address is known of ${host}`, 'UNAVAILABLE', undefined)
  for (const at of addresses) {
    const channel = open(at)
    try {
      const { headers } = await channel.exchange<object>('Handshake', [], credentials)
      const token = String(headers.get('authorization')[0] ?? '')
      const metadata = (): Metadata => {
        const found = new Metadata()
        found.set('authorization', token)
        if (options.singlePort === true) found.set(singlePortHeader, 'true')
        return found
      }
      return {
        at,
        addresses: [at, ...addresses.filter(each => each !== at)],
        channels: new Map([[placeKey(at), channel]]),
        resolve,
        isTls: options.tls !== undefined,
        metadata,
        open,
      }
    } catch (error) {
      channel.close()
      failure = error as FlightFailure
      if (!mayDoElsewhere(failure)) throw failure
    }
  }
  throw failure
}

function channelTls(tls: EverportClientTls | undefined, { name }: NamedEndpoint): ChannelTls | undefined {
  if (tls === undefined) return undefined
  const { ca, serverName = name, certificate, key } = tls
  return { ca, serverName, certificate, key }
}

const statementQuery = sqlCodec<{ query: string }>('CommandStatementQuery')

const statementCommand = (statement: string): Buffer =>
  packAny('CommandStatementQuery', statementQuery.encode({ query: statement }))

const descriptor = (cmd: Buffer): object => ({ type: 'CMD', cmd })

function firstStep(
  session: Session,
  statement: string,
  { parameters, signal }: QueryOptions,
): Promise<FlightInfo> {
  return whereItCan(
    session,
    async channel => {
      const command =
        parameters === undefined
          ? statementCommand(statement)
          : await preparedCommand(channel, session.metadata(), statement, parameters)
      return await channel.unary<FlightInfo>('GetFlightInfo', descriptor(command), session.metadata(), signal)
    },
    signal,
  )
}

/**
 * A step that runs nothing, and so may be asked again: where the last was answered, once more when that connection is lost, since a balancer
 * leads the next one to another node, and then at the host's other addresses.
 */
async function whereItCan<T>(
  session: Session,
  step: (channel: FlightChannel) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const last = session.at
  let failure: FlightFailure
  try {
    return await step(channelAt(session, last))
  } catch (error) {
    failure = againOrThrow(error, signal)
  }
  const others = session.addresses.filter(each => each !== last)
  for (const at of isLost(failure) ? [last, ...others] : others) {
    try {
      const answer = await step(channelAt(session, at))
      session.at = at
      return answer
    } catch (error) {
      failure = againOrThrow(error, signal)
    }
  }
  throw failure
}

/** The way to the node ended, or there is none; the node itself refused nothing. */
function isLost({ status, sqlState }: FlightFailure): boolean {
  return status === 'UNAVAILABLE' && sqlState === undefined
}

function againOrThrow(error: unknown, signal: AbortSignal | undefined): FlightFailure {
  if (!(error instanceof FlightFailure) || signal?.aborted === true || !mayDoElsewhere(error)) throw error
  return error
}

async function* batchesOf(
  session: Session,
  info: FlightInfo,
  { signal }: QueryOptions,
): AsyncIterable<RecordBatch> {
  for (const { ticket, location } of info.endpoint) {
    const places = await placesOf(
      location.map(({ uri }) => uri),
      session.isTls,
      session.resolve,
    )
    yield* redeem(session, ticket?.ticket ?? Buffer.alloc(0), places, signal)
  }
}

/** From the first place that gives rows. Once rows have come, a failure is a failure: they cannot be taken back. */
async function* redeem(
  session: Session,
  ticket: Buffer,
  places: readonly Place[],
  signal: AbortSignal | undefined,
): AsyncIterable<RecordBatch> {
  let failure: FlightFailure | undefined
  for (const place of places) {
    let hasRows = false
    try {
      const messages = channelAt(session, place).stream<Buffer>(
        'DoGet',
        { ticket },
        session.metadata(),
        signal,
      )
      for await (const batch of readBatches(messages)) {
        hasRows = true
        yield batch
      }
      return
    } catch (error) {
      if (hasRows) throw error
      failure = againOrThrow(error, signal)
    }
  }
  throw failure ?? new FlightFailure('the result is nowhere to be had', 'UNAVAILABLE', undefined)
}

function channelAt(session: Session, place: Place): FlightChannel {
  if (place === 'same connection') return channelAt(session, session.at)
  const key = placeKey(place)
  const known = session.channels.get(key)
  if (known !== undefined) return known
  const channel = session.open(place)
  session.channels.set(key, channel)
  return channel
}

const placeKey = ({ name, address, port }: NamedEndpoint): string => `${name} ${address} ${port}`

const systemNames: ResolveName = async name =>
  (await lookup(name, { all: true })).map(({ address }) => address)
