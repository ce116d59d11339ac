import type { Clock } from '../base/clock.ts'
import { heartbeatMonitor } from '../resources/heartbeat-monitor.ts'
import type { Heartbeat } from '../resources/status.ts'
import type { MemberView, StatusView } from '../resources/status-view.ts'
import type { Snapshot, Store } from '../store/store.ts'
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
  const monitor = heartbeatMonitor(clock)
  const startedAt = clock.now()
  const told = new Map<string, string>()
  let sawHealthy = false
  let latest = statusView(store.read(), () => false)
  let tellHealthy: (word: 'healthy') => void = () => undefined
  const whenHealthy = new Promise<'healthy'>(resolve => {
    tellHealthy = resolve
  })

  // Of one snapshot what it shows and who lives: a heartbeat that came in between would look like one that stands still.
  const viewOf = (snapshot: Snapshot): StatusView => statusView(snapshot, key => monitor.isAlive(key))
  const update = (snapshot: Snapshot): void => {
    for (const { key, value } of snapshot.list<Partial<Heartbeat>>('status/')) {
      if (value.heartbeat !== undefined)
        monitor.observe(key, { heartbeat: value.heartbeat, appliedRevision: 0 })
    }
    latest = viewOf(snapshot)
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

  const cancelWatch = store.watch(store.read().revision, snapshot => {
    // Then there are some fifty commits a second, nearly all of them heartbeats.
    if (!sawHealthy) update(snapshot)
  })
  // A heartbeat that stops makes no commit: look from time to time.
  let cancelLook = clock.after(250, function look() {
    update(store.read())
    cancelLook = clock.after(250, look)
  })
  update(store.read())
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
