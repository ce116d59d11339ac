import { statfsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { every, pause } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import { systemClock } from '../io/clock.ts'
import { heartbeatMonitor } from '../resources/heartbeat-monitor.ts'
import { heartbeatIntervalMs } from '../resources/status.ts'
import { beatingKeys } from '../resources/status-owners.ts'
import type { StatusView } from '../resources/status-view.ts'
import type { Heartbeat } from '../store/heartbeats.ts'
import { openJournalStore } from '../store/journal-store.ts'
import type { Store } from '../store/store.ts'
import { statusView } from '../topology/status.ts'
import { defaultStateDir, openStateFolder, type StateFolder } from './state-folder.ts'
import { statusText, terminalStyle } from './status-text.ts'

const help = `everport status [--watch | --json] [--state DIR]

Shows clusters, balancers and nodes, what DNS answers and why, and what is wrong. Exit code 0 when all is healthy, 1 when not.

  --watch   goes on showing it until Ctrl-C
  --json    the same as JSON
`

const watchIntervalMs = 500

/** `everport status [--watch|--json]` */
export async function statusCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      state: { type: 'string', default: defaultStateDir },
      watch: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    process.stdout.write(help)
    return 0
  }
  if (values.watch === true && values.json === true) {
    throw new EverportError('invalid_input', '--watch and --json exclude each other', {
      hint: 'everport status --json, as often as needed',
    })
  }
  const folder = openStateFolder(values.state)
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  let stop = (): void => undefined
  try {
    const observed = await observer(store, folder)
    stop = observed.stop
    if (values.watch === true) return await watch(observed.look)
    const view = observed.look()
    process.stdout.write(
      values.json === true
        ? `${JSON.stringify(view, null, 2)}\n`
        : statusText(view, terminalStyle(process.stdout)),
    )
    return view.allHealthy ? 0 : 1
  } finally {
    stop()
    await store.close()
  }
}

async function watch(look: () => StatusView): Promise<number> {
  let ended = false
  process.once('SIGINT', () => {
    ended = true
  })
  while (!ended) {
    const text = statusText(look(), terminalStyle(process.stdout))
    const clear = process.stdout.isTTY ? '\u001b[H\u001b[2J' : ''
    process.stdout.write(`${clear}${new Date().toISOString().slice(11, 19)}  ${text}`)
    await pause(systemClock, watchIntervalMs)
  }
  return 0
}

interface Observer {
  look(): StatusView
  /** Nothing keeps the process alive afterwards. */
  stop(): void
}

/** Looks long enough to have seen every live heartbeat change once, so that the dead are not taken for alive. */
async function observer(store: Store, folder: StateFolder): Promise<Observer> {
  const first = heartbeats(store)
  const changed = new Set<string>()
  const monitor = heartbeatMonitor(systemClock)
  const observe = (): void => {
    const lasts = heartbeats(store)
    for (const key of changed) if (!lasts.has(key)) monitor.observe(key, undefined)
    for (const [key, last] of lasts) {
      if (last.heartbeat === first.get(key)?.heartbeat && !changed.has(key)) continue
      changed.add(key)
      monitor.observe(key, last)
    }
  }
  const deadline = systemClock.now() + 4 * heartbeatIntervalMs
  // Without the agent too: it may have died and left everybody at work.
  while (changed.size < first.size && systemClock.now() < deadline) {
    await pause(systemClock, 20)
    observe()
  }
  const stop = every(systemClock, heartbeatIntervalMs, observe)
  const look = (): StatusView => {
    observe()
    return withDisk(
      statusView(store.read(), key => monitor.isAlive(key)),
      folder,
    )
  }
  return { look, stop }
}

/** What is new cannot be stored on a full disk. Heartbeats, which are written over, may. */
function withDisk(view: StatusView, { storeDir }: StateFolder): StatusView {
  const { bavail, bfree } = statfsSync(storeDir)
  // What is kept back for root is not full for root.
  if ((process.getuid?.() === 0 ? bfree : bavail) > 0) return view
  const problem = `the disk of ${storeDir} is full: nothing is stored, and what follows is old; what runs goes on`
  return { ...view, allHealthy: false, problems: [problem, ...view.problems] }
}

function heartbeats(store: Store): Map<string, Heartbeat> {
  const found = new Map<string, Heartbeat>()
  for (const key of beatingKeys(store.read())) {
    const last = store.heartbeats.last(key)
    if (last !== undefined) found.set(key, last)
  }
  return found
}
