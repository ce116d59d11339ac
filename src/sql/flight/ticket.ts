import type { Purpose } from './signature.ts'

/** What every signed text says. */
export interface SealedWords {
  readonly user: string
  /** Milliseconds since 1970. */
  readonly expiresMs: number
}

/** What is signed for each purpose. */
export interface WordsOf extends Record<Purpose, SealedWords> {
  readonly token: SealedWords
  readonly ticket: TicketWords
  readonly statement: StatementWords
  /** One node asks another in a user's name. */
  readonly forward: SealedWords
}

/** How long a ticket may be redeemed, again and again: long enough for a client that waits, short enough for one that leaks. */
export const ticketLifetimeMs = 600_000

/**
 * Everything that any node of the cluster needs to give the result: nothing is kept between the two steps, so the node that made it may
 * be gone when it is redeemed.
 */
export interface TicketWords extends SealedWords {
  readonly id: string
  /** The catalog it was made under. */
  readonly catalog: string
  /** Digest of the schema that GetFlightInfo promised. */
  readonly schema: string
  readonly work: TicketWork
}

export type TicketWork =
  | { readonly kind: 'statement'; readonly statement: string; readonly parameters?: ParameterRows }
  /** A metadata command, in base64. */
  | { readonly kind: 'command'; readonly command: string }

/** One row of values for each execution; text in PostgreSQL's form, or null. */
export type ParameterRows = readonly (readonly (string | null)[])[]

/** A prepared statement: the client holds it, no node does. */
export interface StatementWords extends SealedWords {
  readonly statement: string
  readonly parameters?: ParameterRows
}

/** As long as a login. */
export const statementLifetimeMs = 24 * 3_600_000
