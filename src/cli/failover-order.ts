import { EverportError } from '../base/errors.ts'
import { type DnsStatus, dnsStatusKey } from '../resources/status.ts'
import {
  type FailoverName,
  latchKey,
  type SwitchingDocument,
  type SwitchLatch,
  type SwitchOverride,
  switchingKey,
  switchingLimits,
} from '../resources/switching.ts'
import type { Change, Guard, Snapshot } from '../store/store.ts'
import { durationMs } from '../topology/quantities.ts'
import { failbackOf } from '../topology/topology.ts'

export interface FailoverOptions {
  readonly to?: string | undefined
  readonly for?: string | undefined
  readonly reason?: string | undefined
  readonly by?: string | undefined
  readonly clear?: boolean | undefined
  readonly failback?: string | undefined
  readonly back?: boolean | undefined
}

export interface FailoverOrder {
  readonly guards: readonly Guard[]
  /** None: nothing was ordered. */
  readonly changes: readonly Change[]
}

export interface Author {
  readonly by: string
  readonly wallMs: number
}

/** What an operator's words stand for. Throws an EverportError that says what was expected. */
export function failoverOrder(
  snapshot: Snapshot,
  name: FailoverName,
  options: FailoverOptions,
  author: Author,
): FailoverOrder {
  const { to, clear, failback, back } = options
  const asked = [to !== undefined && '--to', clear === true && '--clear', back === true && '--back'].filter(
    word => word !== false,
  )
  if (asked.length > 1)
    throw new EverportError('invalid_input', `${asked.join(' and ')} exclude each other`, {
      hint: 'one order at a time',
    })
  if (to === undefined && (options.for !== undefined || options.reason !== undefined))
    throw new EverportError('invalid_input', '--for and --reason belong to --to', {
      hint: '--to primary, secondary or freeze',
    })
  if (back === true) return failbackNow(snapshot, name, author)
  if (to === undefined && clear !== true && failback === undefined) return { guards: [], changes: [] }

  const key = switchingKey(name)
  const document = snapshot.get<SwitchingDocument>(key)
  const override = to === undefined ? undefined : overrideOf(to, options, author)
  const { override: was, failback: failbackWas } = document?.value ?? {}
  const kept = override ?? (clear === true ? undefined : was)
  const wanted =
    failback === undefined ? failbackWas : failback === 'default' ? undefined : failbackIn(failback)
  const value: SwitchingDocument = {
    ...(wanted === undefined ? {} : { failback: wanted }),
    ...(kept === undefined ? {} : { override: kept }),
  }
  return {
    guards: [{ key, revision: document?.revision ?? 'absent' }],
    changes: [{ key, value: Object.keys(value).length === 0 ? undefined : value }],
  }
}

const overrideWords = ['primary', 'secondary', 'freeze'] as const

function overrideOf(word: string, options: FailoverOptions, { by, wallMs }: Author): SwitchOverride {
  const to = overrideWords.find(known => known === word)
  if (to === undefined)
    throw new EverportError('invalid_input', `--to ${word}: expected primary, secondary or freeze`)
  const lengthMs = options.for === undefined ? undefined : durationMs(options.for)
  const { overrideMsMin, overrideMsMax, reasonCharactersMax } = switchingLimits
  if (lengthMs === undefined || lengthMs < overrideMsMin || lengthMs > overrideMsMax)
    throw new EverportError(
      'invalid_input',
      `--for: expected a time from 1s to 168h, found ${options.for ?? 'nothing'}`,
      { detail: 'an order ends by itself, so that it is not forgotten', hint: '--for 2h' },
    )
  const reason = options.reason?.trim() ?? ''
  if (reason === '' || reason.length > reasonCharactersMax)
    throw new EverportError('invalid_input', `--reason: expected 1 to ${reasonCharactersMax} characters`, {
      hint: '--reason "storage of the active cluster is being replaced"',
    })
  return { to, until: isoTime(wallMs + lengthMs), at: isoTime(wallMs), by, reason }
}

function failbackIn(text: string): SwitchingDocument['failback'] {
  const failback = failbackOf(text)
  if (failback.kind !== 'delayed') return failback
  const { holdDownMsMin, holdDownMsMax } = switchingLimits
  if (failback.holdDownMs >= holdDownMsMin && failback.holdDownMs <= holdDownMsMax) return failback
  throw new EverportError(
    'invalid_input',
    `--failback ${text}: expected automatic, manual, default, or a time from 1s to 24h`,
  )
}

/** A switch like any other, told by an operator: the next epoch of the latch. Refused where a DNS server would take it back at once. */
function failbackNow(snapshot: Snapshot, name: FailoverName, { by, wallMs }: Author): FailoverOrder {
  const key = latchKey(name)
  const latch = snapshot.get<SwitchLatch>(key)
  const shown = name.name.replace(/\.$/, '')
  if (latch?.value.answered !== 'SECONDARY')
    throw new EverportError('invalid_input', `${shown} is not away from its primary`, {
      hint: `everport failover ${shown}`,
    })
  const told = name.type === 'A' ? shown : `${shown} ${name.type}`
  const unhealthy = snapshot
    .list<DnsStatus>(dnsStatusKey(''))
    .filter(({ value }) => value.failover[told]?.healthy?.primary === false)
  if (unhealthy[0] !== undefined)
    throw new EverportError('state_error', `the primary of ${shown} is unhealthy`, {
      detail: unhealthy[0].value.failover[told]?.reason ?? '',
      hint: `everport failover ${shown} --to primary --for 10m --reason "…"   if it must be`,
    })
  const at = isoTime(wallMs)
  const value: SwitchLatch = {
    epoch: latch.value.epoch + 1,
    answered: 'PRIMARY',
    reason: 'failback ordered',
    by,
    at,
    switchedAt: [...latch.value.switchedAt, at].slice(-switchingLimits.switchTimesMax),
  }
  return { guards: [{ key, revision: latch.revision }], changes: [{ key, value }] }
}

function isoTime(wallMs: number): string {
  return new Date(wallMs).toISOString()
}
