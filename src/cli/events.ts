import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { systemClock } from '../io/clock.ts'
import { type EventDocument, eventLimits, eventsPrefix } from '../resources/events.ts'
import { openJournalStore } from '../store/journal-store.ts'
import type { Snapshot, Store } from '../store/store.ts'
import { type EventLine, eventLines, eventText } from './event-lines.ts'
import { defaultStateDir, openStateFolder } from './state-folder.ts'

const help = `everport events [--watch] [--json] [--limit N] [--state DIR]

Lists what happened, oldest first: failover switches with the probe results behind them, balancers that became unhealthy and
healthy, overrides that began and ended, processes that ended and how, and that they were started again.

  --watch     goes on with what happens next, until Ctrl-C
  --json      one JSON object a line
  --limit N   only the last N (50)
`

/** `everport events [--watch] [--json]` */
export async function eventsCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      watch: { type: 'boolean' },
      json: { type: 'boolean' },
      limit: { type: 'string', default: '50' },
      state: { type: 'string', default: defaultStateDir },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    process.stdout.write(help)
    return 0
  }
  const limit = Number(values.limit)
  if (!Number.isInteger(limit) || limit < 0 || limit > eventLimits.eventsMax)
    throw new EverportError(
      'invalid_input',
      `--limit: expected 0 to ${eventLimits.eventsMax}, found ${values.limit}`,
    )
  const folder = openStateFolder(values.state)
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  const print = (line: EventLine): void => {
    process.stdout.write(values.json === true ? `${JSON.stringify(line)}\n` : eventText(line))
  }
  try {
    const snapshot = store.read()
    for (const line of limit === 0 ? [] : eventLines(eventsOf(snapshot)).slice(-limit)) print(line)
    if (values.watch === true) await follow(store, snapshot, print)
    return 0
  } finally {
    await store.close()
  }
}

/** What several servers tell of one thing comes one by one here: waiting for the others would be waiting for the dead. */
async function follow(store: Store, from: Snapshot, print: (line: EventLine) => void): Promise<void> {
  const cancel = store.watch(from.revision, (snapshot, keys) => {
    const told = [...keys].filter(key => key.startsWith(eventsPrefix)).sort()
    const events = told.flatMap(key => snapshot.get<EventDocument>(key)?.value ?? [])
    for (const line of eventLines(events)) print(line)
  })
  await new Promise<void>(resolve => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  cancel()
}

function eventsOf(snapshot: Snapshot): EventDocument[] {
  return snapshot.list<EventDocument>(eventsPrefix).map(({ value }) => value)
}
