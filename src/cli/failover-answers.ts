import { type Clock, pause } from '../base/clock.ts'
import { type DnsStatus, dnsStatusKey } from '../resources/status.ts'
import type { FailoverName } from '../resources/switching.ts'
import type { Revision, Store } from '../store/store.ts'

const deadlineMs = 2_000
const lookMs = 10

/** What every DNS server answers once it works by `revision`; one that does not come so far in time is named. */
export async function answersAfter(
  store: Store,
  clock: Clock,
  { name, type }: FailoverName,
  revision: Revision,
): Promise<string> {
  const shown = name.replace(/\.$/, '')
  const told = type === 'A' ? shown : `${shown} ${type}`
  const statuses = () => store.read().list<DnsStatus>(dnsStatusKey(''))
  const deadline = clock.now() + deadlineMs
  const isBehind = (key: string): boolean => (store.heartbeats.last(key)?.appliedRevision ?? 0) < revision
  while (statuses().some(({ key }) => isBehind(key)) && clock.now() < deadline) await pause(clock, lookMs)
  const behind = new Set(
    statuses()
      .map(({ key }) => key)
      .filter(isBehind),
  )
  // Read after it was seen who works by it: their words are of then or later.
  const lines = statuses().map(({ key, value }) => {
    const role = key.slice(dnsStatusKey('').length)
    const answer = value.failover[told]
    if (behind.has(key)) return `${role} has not heard of it; does it run? everport status`
    if (answer === undefined) return `${role} does not serve ${told}`
    const hold = answer.hold === undefined ? '' : `\n  ${answer.hold}`
    return `${role}: ${told} → ${answer.answered} (${answer.reason})${hold}`
  })
  return lines.length === 0 ? 'no DNS server has said anything yet\n' : `${lines.join('\n')}\n`
}
