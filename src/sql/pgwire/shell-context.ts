import type { Clock } from '../../base/clock.ts'
import type { EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Network } from '../../base/network.ts'
import type { ScramVerifier } from '../auth/scram-verifier.ts'
import type { Engine } from '../engine/engine.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { CancelKey } from './cancel-key.ts'
import type { ConnectionShell } from './connection-shell.ts'
import type { PgwireCounters } from './counters.ts'
import type { PgwireLimits } from './limits.ts'
import type { ServerTls } from './secure-connection.ts'
import type { SettingValues } from './session-settings.ts'

export interface FoundVerifier {
  readonly verifier: ScramVerifier
  readonly isKnown: boolean
  /** Settings that sessions of the role begin with. */
  readonly defaults?: SettingValues
}

/** What all connections of a server share. */
export interface ShellContext {
  readonly clock: Clock
  readonly network: Network
  readonly tls: ServerTls | undefined
  readonly engine: Engine
  readonly log: Log
  readonly limits: PgwireLimits
  readonly database: string
  readonly nodeName: string
  readonly writer: ByteWriter
  readonly counters: PgwireCounters
  findVerifier(user: string): Promise<FoundVerifier>
  makeNonce(): string
  /** Resolves when the request has been passed on. */
  cancelOther(key: CancelKey): Promise<void>
  cancelForwarded(sealed: Uint8Array): void
  /** Why no session of the user fits, if so; asked once the client has proved who it is. */
  takeRoom(user: string): EverportError | undefined
  giveRoomBack(user: string): void
  loggedIn(shell: ConnectionShell): void
  /** Everything of it is freed. */
  released(shell: ConnectionShell): void
}
