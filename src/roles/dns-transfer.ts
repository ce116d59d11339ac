import type { Endpoint } from '../base/network.ts'
import { answer } from '../dns/server/answer.ts'
import type { AnswerSpecial } from '../dns/server/dns-server.ts'
import type { ServerPolicies } from '../dns/server/server-policies.ts'
import { answerSigned } from '../dns/transfer/answer-signed.ts'
import { type Notifier, startNotifier } from '../dns/transfer/notifier.ts'
import { type TransferSettings, transferSettings } from '../dns/transfer/transfer-settings.ts'
import { zoneSoa } from '../dns/transfer/zone-records.ts'
import type { ZoneSnapshot } from '../dns/zone/zone-snapshot.ts'
import { readSealKey } from '../io/seal-key.ts'
import { tsigKeyPrefix, zoneTransferPrefix } from '../resources/dns-transfer.ts'
import type { Snapshot } from '../store/store.ts'
import type { RoleContext } from './context.ts'

export interface ZoneTransfers {
  /** For the server: signed queries and transfers. */
  special(policies: ServerPolicies): AnswerSpecial
  /** The server listens: from here on secondaries are told of new serials. */
  start(at: Endpoint): void
  /** After every change of the store or of what is served. */
  update(snapshot: Snapshot): void
  close(): Promise<void>
}

export interface TransferInputs {
  readonly zones: () => ZoneSnapshot
  readonly wallMs: () => number
}

/** Copies of zones for secondaries, and TSIG. */
export function zoneTransfers(context: RoleContext, inputs: TransferInputs): ZoneTransfers {
  const { stateDir, log, random } = context
  let settings: TransferSettings = { keys: new Map(), zones: new Map(), problems: [] }
  let settingsOf = ''
  let notifier: Notifier | undefined
  const nowSeconds = (): number => Math.floor(inputs.wallMs() / 1_000)
  /** Names are answered without it too. */
  const sealKey = (): Uint8Array | undefined => {
    try {
      return readSealKey(stateDir)
    } catch (error) {
      log.error('secrets of the store cannot be opened', { error: String(error) })
      return undefined
    }
  }
  const read = (snapshot: Snapshot): void => {
    const found = [...snapshot.list(tsigKeyPrefix), ...snapshot.list(zoneTransferPrefix)]
    const documents = found.map(({ key, revision }) => `${key} ${revision}`).join('\n')
    if (documents === settingsOf) return
    settingsOf = documents
    settings = transferSettings(snapshot, sealKey())
    for (const problem of settings.problems) log.warn('TSIG key not usable', { problem })
  }
  let told: readonly [ZoneSnapshot, TransferSettings] | undefined
  const notify = (): void => {
    if (notifier === undefined) return
    const zones = inputs.zones()
    if (told?.[0] === zones && told[1] === settings) return
    told = [zones, settings]
    const notified = [...settings.zones].flatMap(([apex, { notify: targets }]) => {
      const soa = targets.length === 0 ? undefined : zoneSoa(zones, apex)
      return soa === undefined ? [] : [{ soa, targets }]
    })
    notifier.update(notified)
  }
  return {
    special(policies) {
      // Whoever signed is known: no cookie is asked of it, and it has no limit.
      const forKnown = { ...policies, limiter: undefined, mustHaveCookie: false }
      return (message, query, { by, source }) =>
        answerSigned(message, query, by, {
          keys: settings.keys,
          zones: inputs.zones(),
          allowed: zone => settings.zones.get(zone)?.allowed,
          nowSeconds,
          answer: unsigned =>
            answer(unsigned, inputs.zones(), { by, source, turn: random.uint32() }, forKnown),
          mayRefuse: () => by === 'tcp' || policies.limiter?.decide(source.address, 'error', 0) !== 'drop',
        })
    },
    start(at) {
      notifier = startNotifier({
        ...context,
        address: at.address,
        keys: () => settings.keys,
        nowSeconds,
      })
      notify()
    },
    update(snapshot) {
      read(snapshot)
      notify()
    },
    async close() {
      await notifier?.close()
    },
  }
}
