import { type Clock, every } from '../base/clock.ts'
import { heartbeatIntervalMs } from '../resources/status.ts'
import { statusOwners } from '../resources/status-owners.ts'
import type { MemberView, StatusView } from '../resources/status-view.ts'
import type { Store } from '../store/store.ts'
import { refusedFile } from '../topology/file-problems.ts'
import { statusView } from '../topology/status.ts'
import { isKeptDown, painter, type TextStyle } from './status-text.ts'

export interface Progress {
  /** All are healthy but those that an operator keeps down. */
  readonly whenHealthy: Promise<'healthy'>
  view(): StatusView
  end(): void
}

/** Tells on the terminal how the roles come up, and afterwards what happens to them, one line an event. */
export function progress(
  store: Store,
  out: { write(text: string): unknown },
  style: TextStyle,
  clock: Clock,
): Progress {
  const paint = painter(style)
  const owners = statusOwners(store, clock)
  const startedAt = clock.now()
  const told = new Map<string, string>()
  let sawHealthy = false
  let latest = statusView(store.read(), () => false)
  let tellHealthy: (word: 'healthy') => void = () => undefined
  const whenHealthy = new Promise<'healthy'>(resolve => {
    tellHealthy = resolve
  })

  const update = (): void => {
    owners.look()
    const snapshot = store.read()
    latest = statusView(snapshot, owners.isAlive)
    const words = [...members(latest)]
    for (const member of words) tell(member)
    tellFile(refusedFile(snapshot))
    if (!sawHealthy && (latest.allHealthy || words.every(isSettled))) {
      sawHealthy = true
      tellHealthy('healthy')
    }
  }

  let refused: string | undefined
  const tellFile = (now: string | undefined): void => {
    if (now === refused) return
    refused = now
    out.write(
      `  ${timeNow()}  ${now === undefined ? paint.good('the topology file is applied again') : paint.bad(now)}\n`,
    )
  }

  const timeNow = (): string =>
    sawHealthy
      ? new Date().toISOString().slice(11, 19)
      : `${((clock.now() - startedAt) / 1000).toFixed(1).padStart(5)} s`

  const tell = (member: MemberWord): void => {
    const before = told.get(member.roleName)
    if (before === member.word) return
    told.set(member.roleName, member.word)
    if (!sawHealthy && !member.good && !member.bad && !member.keptDown) return
    const word = member.good
      ? paint.good(member.word)
      : member.bad
        ? paint.bad(member.word)
        : paint.warn(member.word)
    out.write(
      `  ${timeNow()}  ${member.roleName.padEnd(28)} ${word}${member.why === '' ? '' : `  (${member.why})`}\n`,
    )
  }

  const cancelWatch = store.watch(store.read().revision, () => {
    if (!sawHealthy) update()
  })
  // A heartbeat that stops makes no commit: look from time to time.
  const cancelLook = every(clock, heartbeatIntervalMs, update)
  update()
  return {
    whenHealthy,
    view: () => latest,
    end() {
      cancelWatch()
      cancelLook()
    },
  }
}

interface MemberWord {
  readonly roleName: string
  readonly word: string
  readonly why: string
  readonly good: boolean
  readonly bad: boolean
  /** An operator wants it so. */
  readonly keptDown: boolean
}

/** Nobody waits for what is kept down: it stays so until somebody starts it. */
function isSettled({ good, keptDown }: MemberWord): boolean {
  return good || keptDown
}

function* members(view: StatusView): Generator<MemberWord> {
  yield wordOf(view.control, view.control.state === 'running', '')
  for (const server of view.dns) yield wordOf(server, server.state === 'running', '')
  for (const cluster of view.clusters) {
    for (const balancer of cluster.balancers) yield wordOf(balancer, balancer.state === 'running', '')
    for (const node of cluster.nodes)
      yield wordOf(node, node.healthy, node.state === 'running' ? 'healthy' : '')
  }
}

function wordOf(member: MemberView, good: boolean, goodWord: string): MemberWord {
  const bad =
    member.state === 'backing-off' || member.state === 'crash-looping' || member.state === 'unresponsive'
  const keptDown = isKeptDown(member)
  const word = keptDown
    ? 'kept down'
    : good && goodWord !== ''
      ? goodWord
      : member.state === 'running' && !good
        ? 'not healthy yet'
        : member.state
  const isBack = member.state === 'starting' && member.restarts > 0
  const why = (bad && member.state !== 'unresponsive') || isBack ? member.lastEnd : ''
  return { roleName: member.roleName, word, why, good, bad, keptDown }
}
