import { unreachable } from '../../base/assert.ts'
import { EverportError } from '../../base/errors.ts'
import type { Column } from '../engine/engine.ts'
import type { SessionCommand } from '../statements/classify.ts'
import { allSettings, settingNamed } from '../statements/settings.ts'
import type { TransactionModes } from '../statements/transaction-modes.ts'
import { closeCursor, noCursor } from './cursors.ts'
import type { TransactionBlock } from './portal.ts'
import {
  closePortals,
  dropStatement,
  endsWithTransaction,
  noStatement,
  sendNotice,
} from './session-answers.ts'
import type { Effect } from './session-events.ts'
import { resetSettings, settingValue, withSetting } from './session-settings.ts'
import type { Session } from './session-state.ts'

/** What a command answers: its tag, and for SHOW its rows. Columns are known before (`commandColumns`). */
export interface CommandAnswer {
  readonly tag: string
  readonly rows: readonly (readonly string[])[]
}

const textOid = 25
const textColumn = (name: string): Column => ({ name, typeOid: textOid, typeSize: -1, typeModifier: -1 })
const answer = (tag: string, rows: readonly (readonly string[])[] = []): CommandAnswer => ({ tag, rows })

/** Undefined when the command returns no rows. */
export function commandColumns(command: SessionCommand): readonly Column[] | undefined {
  if (command.kind !== 'show') return undefined
  if (command.name === undefined) return ['name', 'setting', 'description'].map(textColumn)
  return [textColumn(settingNamed(command.name).name)]
}

/** The commands that a failed transaction block still takes. */
export function endsFailure(command: SessionCommand): boolean {
  return command.kind === 'commit' || command.kind === 'rollback' || command.kind === 'rollbackTo'
}

/** May throw an EverportError. */
export function runCommand(session: Session, command: SessionCommand, out: Effect[]): CommandAnswer {
  switch (command.kind) {
    case 'begin':
      return begin(session, command.tag, command.modes, out)
    case 'commit':
      return commit(session, command.chain, out)
    case 'rollback':
      return rollback(session, command.chain, out)
    case 'savepoint':
      return savepoint(session, command.name)
    case 'release':
      return release(session, command.name)
    case 'rollbackTo':
      return rollbackTo(session, command.name, out)
    case 'set':
      return set(session, command.name, command.value, command.isLocal, out)
    case 'setModes':
      return setModes(session, command.of, command.modes, out)
    case 'setConstraints':
      return answer('SET CONSTRAINTS')
    case 'reset':
      return reset(session, command.name)
    case 'show':
      return show(session, command.name)
    case 'discard':
      return discard(session, command.what, out)
    case 'deallocate':
      return deallocate(session, command.name, out)
    case 'closeCursor':
      return answer(closeCursor(session, command, out))
    // These need the engine: run-portal.ts.
    case 'fetch':
    case 'move':
      throw noCursor(command.cursor)
    case 'prepare':
    case 'execute':
      throw noStatement(command.name)
    default:
      return unreachable(command)
  }
}

function begin(session: Session, tag: string, modes: TransactionModes, out: Effect[]): CommandAnswer {
  checkModes(modes)
  if (session.transaction === undefined) startBlock(session, modes)
  else {
    sendNotice(out, 'active_transaction', 'there is already a transaction in progress')
    applyModes(session, modes)
  }
  return answer(tag)
}

function commit(session: Session, chain: boolean, out: Effect[]): CommandAnswer {
  const block = endedBlock(session, chain, 'COMMIT', out)
  if (block === undefined) return answer('COMMIT')
  const modes = currentModes(session)
  // A failed block cannot be committed: it is rolled back, and the tag says so.
  if (block.failed) restore(session, block)
  else session.settings = { ...session.settings, current: session.settings.lasting }
  finishBlock(session, block.failed, chain ? modes : undefined, out)
  return answer(block.failed ? 'ROLLBACK' : 'COMMIT')
}

function rollback(session: Session, chain: boolean, out: Effect[]): CommandAnswer {
  const block = endedBlock(session, chain, 'ROLLBACK', out)
  if (block !== undefined) {
    const modes = currentModes(session)
    restore(session, block)
    finishBlock(session, true, chain ? modes : undefined, out)
  }
  return answer('ROLLBACK')
}

function endedBlock(
  session: Session,
  chain: boolean,
  command: string,
  out: Effect[],
): TransactionBlock | undefined {
  if (session.transaction !== undefined) return session.transaction
  if (chain) {
    throw new EverportError(
      'no_active_transaction',
      `${command} AND CHAIN can only be used in transaction blocks`,
    )
  }
  sendNotice(out, 'no_active_transaction', 'there is no transaction in progress')
  return undefined
}

function startBlock(session: Session, modes: TransactionModes): void {
  session.transaction = {
    failed: false,
    before: session.settings.lasting,
    startedAt: session.now,
    savepoints: [],
  }
  applyModes(session, modes)
}

/** AND CHAIN begins a transaction like the one that ends. */
function currentModes({ settings }: Session): TransactionModes {
  return {
    isolation: settingValue(settings.current, 'transaction_isolation'),
    deferrable: settingValue(settings.current, 'transaction_deferrable') === 'on',
  }
}

/** Cursors WITH HOLD stay, but for those of a transaction that is rolled back. */
function finishBlock(
  session: Session,
  isUndone: boolean,
  chained: TransactionModes | undefined,
  out: Effect[],
): void {
  const block = session.transaction
  session.transaction = undefined
  closePortals(session, out, portal => {
    return endsWithTransaction(portal) || (isUndone && portal.cursor?.block === block)
  })
  if (chained !== undefined) startBlock(session, chained)
}

/** SET is part of its transaction: what is rolled back was never set. */
function restore(session: Session, block: TransactionBlock): void {
  session.settings = { ...session.settings, current: block.before, lasting: block.before }
}

function savepoint(session: Session, name: string): CommandAnswer {
  const block = neededBlock(session, 'SAVEPOINT')
  if (block.savepoints.length >= session.limits.savepointsMax) {
    const message = `a transaction may have at most ${session.limits.savepointsMax} savepoints`
    throw new EverportError('limit_exceeded', message)
  }
  const portals = new Set(session.portals.values())
  block.savepoints = [...block.savepoints, { name, settings: session.settings, portals }]
  return answer('SAVEPOINT')
}

function release(session: Session, name: string): CommandAnswer {
  const block = neededBlock(session, 'RELEASE SAVEPOINT')
  block.savepoints = block.savepoints.slice(0, savepointIndex(block, name))
  return answer('RELEASE')
}

function rollbackTo(session: Session, name: string, out: Effect[]): CommandAnswer {
  const block = neededBlock(session, 'ROLLBACK TO SAVEPOINT')
  const index = savepointIndex(block, name)
  const kept = block.savepoints[index]?.portals
  closePortals(session, out, portal => portal.cursor?.block === block && kept?.has(portal) !== true)
  session.settings = block.savepoints[index]?.settings ?? session.settings
  block.savepoints = block.savepoints.slice(0, index + 1)
  block.failed = false
  return answer('ROLLBACK')
}

function neededBlock(session: Session, command: string): TransactionBlock {
  if (session.transaction !== undefined) return session.transaction
  throw new EverportError('no_active_transaction', `${command} can only be used in transaction blocks`)
}

function savepointIndex(block: TransactionBlock, name: string): number {
  const index = block.savepoints.findLastIndex(candidate => candidate.name === name)
  if (index < 0) throw new EverportError('invalid_savepoint', `savepoint "${name}" does not exist`)
  return index
}

function set(
  session: Session,
  name: string,
  value: string | undefined,
  isLocal: boolean,
  out: Effect[],
): CommandAnswer {
  const isOneself = name.toLowerCase() === 'session_authorization' || name.toLowerCase() === 'role'
  if (isOneself && value === session.login?.user) return answer('SET')
  const options = { isLocal, settingsMax: session.limits.settingsMax }
  const changed = withSetting(session.settings, name, value, options)
  if (isLocal && session.transaction === undefined) {
    sendNotice(out, 'no_active_transaction', 'SET LOCAL can only be used in transaction blocks')
  } else {
    session.settings = changed
  }
  return answer('SET')
}

function setModes(
  session: Session,
  of: 'transaction' | 'session',
  modes: TransactionModes,
  out: Effect[],
): CommandAnswer {
  checkModes(modes)
  if (of === 'session') setEach(session, modes, 'default_transaction_', false)
  else if (session.transaction !== undefined) applyModes(session, modes)
  else sendNotice(out, 'no_active_transaction', 'SET TRANSACTION can only be used in transaction blocks')
  return answer('SET')
}

function applyModes(session: Session, modes: TransactionModes): void {
  setEach(session, modes, 'transaction_', true)
}

function setEach(session: Session, modes: TransactionModes, prefix: string, isLocal: boolean): void {
  const options = { isLocal, settingsMax: session.limits.settingsMax }
  const wanted: [string, string | undefined][] = [
    ['isolation', modes.isolation],
    ['deferrable', modes.deferrable === undefined ? undefined : modes.deferrable ? 'on' : 'off'],
  ]
  for (const [name, value] of wanted) {
    if (value !== undefined) session.settings = withSetting(session.settings, prefix + name, value, options)
  }
}

function checkModes(modes: TransactionModes): void {
  if (modes.readOnly !== false) return
  const message = 'cannot set transaction read-write mode: this server is read only'
  throw new EverportError('feature_not_supported', message)
}

function reset(session: Session, name: string | undefined): CommandAnswer {
  if (name === undefined) session.settings = resetSettings(session.settings)
  else {
    const options = { isLocal: false, settingsMax: session.limits.settingsMax }
    session.settings = withSetting(session.settings, name, undefined, options)
  }
  return answer('RESET')
}

function show(session: Session, name: string | undefined): CommandAnswer {
  const { current } = session.settings
  if (name !== undefined) {
    const setting = settingNamed(name)
    const isUnknown = setting.name.includes('.') && !current.has(setting.name.toLowerCase())
    if (isUnknown) {
      throw new EverportError('undefined_object', `unrecognized configuration parameter "${name}"`)
    }
    return answer('SHOW', [[settingValue(current, name)]])
  }
  const rows = allSettings.map(setting => [setting.name, settingValue(current, setting.name), ''])
  return answer('SHOW', rows)
}

function discard(session: Session, what: string, out: Effect[]): CommandAnswer {
  if (what !== 'all') return answer(`DISCARD ${what.toUpperCase()}`)
  if (session.transaction !== undefined) {
    throw new EverportError('active_transaction', 'DISCARD ALL cannot run inside a transaction block')
  }
  closePortals(session, out)
  deallocate(session, undefined, out)
  session.settings = resetSettings(session.settings)
  return answer('DISCARD ALL')
}

function deallocate(session: Session, name: string | undefined, out: Effect[]): CommandAnswer {
  if (name === undefined) {
    for (const each of session.statements.keys()) dropStatement(session, each, out)
    return answer('DEALLOCATE ALL')
  }
  if (name === '' || !session.statements.has(name)) {
    throw noStatement(name)
  }
  dropStatement(session, name, out)
  return answer('DEALLOCATE')
}
