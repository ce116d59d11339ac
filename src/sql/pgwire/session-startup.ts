import { EverportError } from '../../base/errors.ts'
import { beginScram, finishScram, scramMechanisms } from '../auth/scram-server.ts'
import { secretOf } from './cancel-key.ts'
import { protocolVersion32, type StartupMessage } from './messages/frontend/startup-message.ts'
import type { FrontendMessage, StartupPacket } from './messages/frontend.ts'
import { endSession, send, sendFatal, sendReady } from './session-answers.ts'
import {
  certificateRefused,
  checkCertificate,
  checkEncryption,
  onEncryptionRequest,
} from './session-encryption.ts'
import type { Effect } from './session-events.ts'
import {
  allReports,
  type SessionSettings,
  type SettingValues,
  settingValue,
  withSetting,
} from './session-settings.ts'
import type { Session, SessionState } from './session-state.ts'
import { startupOptions } from './startup-options.ts'

const newestMinor = protocolVersion32 & 0xffff

type StateOf<K extends SessionState['kind']> = Extract<SessionState, { kind: K }>

/** May throw an EverportError, which ends the session. */
export function onPacket(
  session: Session,
  state: StateOf<'startup'>,
  packet: StartupPacket,
  out: Effect[],
): void {
  switch (packet.kind) {
    case 'SSLRequest':
    case 'GSSENCRequest':
      return onEncryptionRequest(session, state, packet.kind, out)
    case 'CancelRequest': {
      const { processId, secret } = packet
      out.push({ kind: 'cancelOther', key: { processId, secret: Uint8Array.from(secret) } })
      return endSession(session, out)
    }
    case 'ForwardedCancel': {
      out.push({ kind: 'cancelForwarded', sealed: Uint8Array.from(packet.sealed) })
      return endSession(session, out)
    }
    case 'StartupMessage':
      return onStartup(session, packet, out)
  }
}

function onStartup(session: Session, packet: StartupMessage, out: Effect[]): void {
  const [major, minor] = [packet.protocolVersion >>> 16, packet.protocolVersion & 0xffff]
  if (major !== 3) {
    const message = `unsupported frontend protocol ${major}.${minor}: server supports 3.0 to 3.2`
    return sendFatal(session, new EverportError('feature_not_supported', message), out)
  }
  if (session.refusal !== undefined) return sendFatal(session, session.refusal, out)
  checkEncryption(session)
  session.minorVersion = Math.min(minor, newestMinor)
  const unknownOptions = [...packet.parameters.keys()].filter(name => name.startsWith('_pq_.'))
  if (minor > newestMinor || unknownOptions.length > 0) {
    const newest = (major << 16) | session.minorVersion
    send(out, { kind: 'NegotiateProtocolVersion', newest, unknownOptions })
  }
  const user = packet.parameters.get('user') ?? ''
  if (user === '') {
    const message = 'no PostgreSQL user name specified in startup packet'
    return sendFatal(session, new EverportError('invalid_authorization', message), out)
  }
  const database = packet.parameters.get('database') ?? ''
  session.login = { user, database: database === '' ? user : database }
  checkCertificate(session, user)
  session.settings = startupSettings(session, user, packet.parameters)
  session.state = { kind: 'finding' }
  out.push({ kind: 'findVerifier', user })
}

/** What the client asks for at its start becomes the default that RESET returns to. */
function startupSettings(
  session: Session,
  user: string,
  parameters: ReadonlyMap<string, string>,
): SessionSettings {
  const wanted: [string, string][] = [...startupOptions(parameters.get('options') ?? '')]
  for (const [name, value] of parameters) {
    if (name === 'replication' && !/^(?:off|false|no|0)$/i.test(value)) {
      throw new EverportError('feature_not_supported', 'replication connections are not supported')
    }
    const isOurs = ['user', 'database', 'options', 'replication'].includes(name) || name.startsWith('_pq_.')
    if (!isOurs) wanted.push([name, value])
  }
  let settings = session.settings
  const { settingsMax } = session.limits
  for (const [name, value] of wanted) {
    settings = withSetting(settings, name, value, { isLocal: false, settingsMax })
  }
  const defaults = new Map(settings.current)
    .set('session_authorization', user)
    .set('everport.node', session.nodeName)
  return { defaults, current: defaults, lasting: defaults }
}

export function onVerifier(
  session: Session,
  event: Omit<StateOf<'sasl'>, 'kind'> & { readonly defaults?: SettingValues },
  out: Effect[],
): void {
  const { verifier, isKnown, nonce, defaults } = event
  if (defaults !== undefined && defaults.size > 0) {
    // What the client asks for goes before.
    const merged = new Map([...defaults, ...session.settings.defaults])
    session.settings = { defaults: merged, current: merged, lasting: merged }
  }
  if (session.tlsPolicy.clientCertificates === 'login') {
    if (!isKnown) return sendFatal(session, certificateRefused(session.login?.user ?? ''), out)
    return admit(session, out)
  }
  session.state = { kind: 'sasl', verifier, isKnown, nonce }
  send(out, { kind: 'AuthenticationSASL', mechanisms: scramMechanisms(session.tls?.binding) })
}

/** May throw an EverportError, which ends the session. */
export function onFirstProof(
  session: Session,
  state: StateOf<'sasl'>,
  message: FrontendMessage,
  out: Effect[],
): void {
  if (message.kind === 'Terminate') return endSession(session, out)
  if (message.kind !== 'SASLInitialResponse') throw expectedSasl(message)
  const exchange = beginScram(message.data ?? new Uint8Array(), {
    mechanism: message.mechanism,
    verifier: state.verifier,
    serverNonce: state.nonce,
    binding: session.tls?.binding,
  })
  session.state = { kind: 'proof', exchange, isKnown: state.isKnown }
  send(out, { kind: 'AuthenticationSASLContinue', data: Buffer.from(exchange.serverFirst) })
}

/** May throw an EverportError, which ends the session. */
export function onLastProof(
  session: Session,
  state: StateOf<'proof'>,
  message: FrontendMessage,
  out: Effect[],
): void {
  if (message.kind === 'Terminate') return endSession(session, out)
  if (message.kind !== 'SASLResponse') throw expectedSasl(message)
  const serverFinal = finishScram(message.data, state.exchange)
  if (serverFinal === undefined || !state.isKnown) {
    const user = session.login?.user ?? ''
    const error = new EverportError('invalid_password', `password authentication failed for user "${user}"`)
    session.state = { kind: 'refusing', error }
    return void out.push({ kind: 'refuseLater', delayMs: session.limits.refusalDelayMs })
  }
  send(out, { kind: 'AuthenticationSASLFinal', data: Buffer.from(serverFinal) })
  admit(session, out)
}

/** Who it is has been proved; what is left is whether there is what they want. */
function admit(session: Session, out: Effect[]): void {
  const { user, database } = session.login ?? { user: '', database: '' }
  send(out, { kind: 'AuthenticationOk' })
  if (database !== session.database) {
    const error = new EverportError('undefined_database', `database "${database}" does not exist`, {
      hint: `The database of this server is "${session.database}".`,
    })
    return sendFatal(session, error, out)
  }
  session.state = { kind: 'opening' }
  const applicationName = settingValue(session.settings.current, 'application_name')
  out.push({ kind: 'openEngine', options: { user, database, applicationName } })
}

export function onOpened(session: Session, out: Effect[]): void {
  for (const { name, value } of allReports(session.settings.current)) {
    send(out, { kind: 'ParameterStatus', name, value })
  }
  session.reported = session.settings.current
  const { processId } = session.key
  send(out, { kind: 'BackendKeyData', processId, secret: secretOf(session) })
  sendReady(session, out)
}

function expectedSasl(message: FrontendMessage): EverportError {
  return new EverportError('protocol_violation', `expected SASL response, got ${message.kind}`)
}
