import { type Endpoint, formatEndpoint } from '../../base/network.ts'
import { type Random, shuffled } from '../../base/random.ts'
import { connectPostgres, type PostgresConnection, type PostgresOptions } from './postgres-connection.ts'
import { isTransient } from './postgres-error.ts'

/** Addresses of a name, or an error that says why there are none. */
export type ResolveName = (name: string) => Promise<readonly string[]>

export interface NamedServers {
  /** A DNS name or an IP address. */
  readonly name: string
  readonly port: number
  readonly resolve: ResolveName
  readonly random: Random
}

export interface ByNameOptions extends Omit<PostgresOptions, 'endpoint' | 'timeoutMs'>, NamedServers {
  /** Of one address; then the next one is tried. */
  readonly attemptTimeoutMs: number
}

/** No address of the name gave a session. */
export class NoAddressAnswers extends Error {
  override name = 'NoAddressAnswers'
  readonly attempts: readonly { readonly at: Endpoint; readonly error: Error }[]
  constructor(name: string, attempts: readonly { at: Endpoint; error: Error }[]) {
    const reasons = attempts.map(({ at, error }) =>
      error.message.includes(formatEndpoint(at)) ? error.message : `${formatEndpoint(at)}: ${error.message}`,
    )
    super(
      attempts.length === 0
        ? `${name} has no addresses`
        : `no address of ${name} answers: ${reasons.join('; ')}`,
    )
    this.attempts = attempts
  }
}

/**
 * A session with any address of a name, in random order, the next one when one fails. Nothing is kept between calls: each one
 * resolves the name again, so a client that reconnects follows DNS within the time its records may live.
 * A refusal that no other node would take back (a wrong password) ends the search.
 */
export function connectByName(options: ByNameOptions): Promise<PostgresConnection> {
  return firstToAnswer(options, endpoint =>
    connectPostgres({ ...options, endpoint, timeoutMs: options.attemptTimeoutMs }),
  )
}

/** The same for whatever is opened at an address, and fails as a PostgresConnection does. */
export async function firstToAnswer<T>(
  { name, port, resolve, random }: NamedServers,
  open: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const addresses = isAddress(name) ? [name] : await resolve(name)
  const attempts: { at: Endpoint; error: Error }[] = []
  for (const address of shuffled(random, addresses)) {
    const endpoint = { address, port }
    try {
      return await open(endpoint)
    } catch (error) {
      if (!isTransient(error)) throw error
      attempts.push({ at: endpoint, error: error as Error })
    }
  }
  throw new NoAddressAnswers(name, attempts)
}

function isAddress(name: string): boolean {
  return name.includes(':') || /^\d{1,3}(\.\d{1,3}){3}$/.test(name)
}
