import type { Cancel, Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { type Datagrams, type Endpoint, formatEndpoint, type Network } from '../../base/network.ts'
import type { Random } from '../../base/random.ts'
import type { NotifyTarget } from '../../resources/dns-transfer.ts'
import { classes, flagBits, types, wireLimits } from '../wire/codes.ts'
import { emptyMessage, encodeMessage } from '../wire/message.ts'
import { nameKey } from '../wire/name.ts'
import { uint16At } from '../wire/reader.ts'
import { signMessage } from './tsig.ts'
import type { TsigKeys } from './tsig-key.ts'
import type { SoaRecord } from './zone-records.ts'

export interface NotifierPorts {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Secondaries take a notice only from an address they know. */
  readonly address: string
  readonly keys: () => TsigKeys
  readonly nowSeconds: () => number
}

export interface NotifiedZone {
  readonly soa: SoaRecord
  readonly targets: readonly NotifyTarget[]
}

export interface Notifier {
  /** What is served now. Who was not told of a zone's serial yet is told. */
  update(zones: readonly NotifiedZone[]): void
  close(): Promise<void>
}

const notifyOpcode = 4
/** RFC 1996 section 3.6 leaves the times to us: 1, 2, 4 … seconds, a minute in all. */
const firstRetryMs = 1_000
const attemptsMax = 6

interface Notice {
  readonly soa: SoaRecord
  readonly target: NotifyTarget
  readonly id: number
  attempts: number
  /** undefined: told, or given up. */
  cancel: Cancel | undefined
}

/** Tells secondaries of a new serial (RFC 1996) until they say that they heard. */
export function startNotifier(ports: NotifierPorts): Notifier {
  const { clock, log, network, random } = ports
  const notices = new Map<string, Notice>()
  let socket: Promise<Datagrams> | undefined
  let isClosed = false

  const receive = (data: Uint8Array, from: Endpoint): void => {
    for (const notice of notices.values()) {
      if (notice.cancel === undefined || !isReply(data, notice, from)) continue
      settle(notice)
      log.info('secondary told of a new serial', fieldsOf(notice))
    }
  }
  const send = async (notice: Notice): Promise<void> => {
    try {
      socket ??= network.datagrams({ address: ports.address, port: 0 }, receive)
      const datagrams = await socket
      if (notice.cancel !== undefined) datagrams.send(messageOf(notice, ports), notice.target)
    } catch (error) {
      socket = undefined
      log.warn('no notice sent', { ...fieldsOf(notice), error: String(error) })
    }
  }
  const attempt = (notice: Notice): void => {
    if (notice.attempts === attemptsMax) {
      settle(notice)
      log.warn('secondary does not answer notices', fieldsOf(notice))
      return
    }
    notice.cancel = clock.after(firstRetryMs * 2 ** notice.attempts, () => attempt(notice))
    notice.attempts++
    void send(notice)
  }
  return {
    update(zones) {
      if (isClosed) return
      const wanted = new Map(
        zones.flatMap(({ soa, targets }) =>
          targets.map(target => [keyOf(soa, target), { soa, target }] as const),
        ),
      )
      for (const [key, notice] of notices) {
        if (wanted.get(key)?.soa.data.serial === notice.soa.data.serial) continue
        settle(notice)
        notices.delete(key)
      }
      for (const [key, { soa, target }] of wanted) {
        if (notices.has(key)) continue
        const notice: Notice = { soa, target, id: random.uint32() >>> 16, attempts: 0, cancel: undefined }
        notices.set(key, notice)
        attempt(notice)
      }
    },
    async close() {
      isClosed = true
      for (const notice of notices.values()) settle(notice)
      await (await socket?.catch(() => undefined))?.close()
    },
  }
}

function settle(notice: Notice): void {
  notice.cancel?.()
  notice.cancel = undefined
}

function keyOf({ name }: SoaRecord, { address, port, key = '' }: NotifyTarget): string {
  return `${nameKey(name)} ${address} ${port} ${key}`
}

function fieldsOf({ soa, target }: Notice): Record<string, unknown> {
  return { zone: soa.name, serial: soa.data.serial, secondary: formatEndpoint(target) }
}

function messageOf({ soa, target, id }: Notice, { keys, nowSeconds }: NotifierPorts): Uint8Array {
  const message = encodeMessage({
    ...emptyMessage,
    id,
    opcode: notifyOpcode,
    authoritative: true,
    questions: [{ name: soa.name, type: types.soa, class: classes.internet }],
    answers: [soa],
  })
  const key = target.key === undefined ? undefined : keys().get(nameKey(target.key))
  return key === undefined ? message : signMessage(message, key, nowSeconds())
}

/** Any code will do: a secondary that refuses now refuses the next notice too. */
function isReply(data: Uint8Array, { id, target }: Notice, from: Endpoint): boolean {
  if (data.length < wireLimits.headerBytes || from.address !== target.address || from.port !== target.port)
    return false
  const flags = uint16At(data, 2)
  return (
    uint16At(data, 0) === id &&
    (flags & flagBits.response) !== 0 &&
    (flags & flagBits.opcode) >>> 11 === notifyOpcode
  )
}
