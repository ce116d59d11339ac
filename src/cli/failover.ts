import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { systemClock } from '../io/clock.ts'
import { openJournalStore } from '../store/journal-store.ts'
import type { Store } from '../store/store.ts'
import { answersAfter } from './failover-answers.ts'
import { failoverNamed } from './failover-named.ts'
import { type FailoverOptions, type FailoverOrder, failoverOrder } from './failover-order.ts'
import { defaultStateDir, openStateFolder, runningAgent } from './state-folder.ts'

const help = `everport failover NAME …   [--type A] [--state DIR]

Shows which cluster a failover name answers and why, or orders otherwise. NAME is for example data.demo.test.

  --to primary|secondary|freeze   answer that one, or stay, whatever health says, for a time:
      --for 2h                      how long, at most 168h
      --reason "…"                  why; whoever looks at the status reads it
      --by NAME                     who (you)
  --clear                         end the order
  --failback WHEN                 automatic, manual, a time such as 30s, or default (as the topology file has it)
  --back                          go back to the primary now, where failback is manual or waits
`

/** `everport failover NAME …` */
export async function failoverCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      for: { type: 'string' },
      reason: { type: 'string' },
      by: { type: 'string' },
      clear: { type: 'boolean' },
      failback: { type: 'string' },
      back: { type: 'boolean' },
      type: { type: 'string' },
      state: { type: 'string', default: defaultStateDir },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    process.stdout.write(help)
    return 0
  }
  const [wanted, ...others] = positionals
  if (wanted === undefined || others.length > 0)
    throw new EverportError('invalid_input', `one failover name, found ${positionals.length}`, {
      hint: 'everport failover data.demo.test --to secondary --for 1h --reason "…"',
    })
  const { state, type, help: _, ...options } = values
  const folder = openStateFolder(state)
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  try {
    const { revision, isOrder } = await carryOut(store, wanted, type, options)
    const name = failoverNamed(store.read(), wanted, type)
    if (runningAgent(folder) === undefined && isOrder) {
      process.stdout.write(`${name.name}: noted; it counts when Everport runs\n`)
      return 0
    }
    if (runningAgent(folder) === undefined) {
      throw new EverportError('state_error', `nobody answers ${name.name}: Everport does not run here`, {
        hint: `start it with npm start (or everport up FILE); everport explain dns ${name.name.replace(/\.$/, '')} shows what would be answered`,
      })
    }
    process.stdout.write(await answersAfter(store, systemClock, name, revision))
    return 0
  } finally {
    await store.close()
  }
}

const attemptsMax = 5

interface CarriedOut {
  /** From which on the order counts. */
  readonly revision: number
  /** False when it was only asked, or all was so already. */
  readonly isOrder: boolean
}

/** Commits the order; tries again when a DNS process or another operator wrote meanwhile. */
async function carryOut(
  store: Store,
  wanted: string,
  type: string | undefined,
  options: FailoverOptions,
): Promise<CarriedOut> {
  for (let attempt = 1; ; attempt++) {
    const snapshot = store.read()
    const order: FailoverOrder = failoverOrder(snapshot, failoverNamed(snapshot, wanted, type), options, {
      by: options.by ?? userInfo().username,
      wallMs: Date.now(),
    })
    if (order.changes.length === 0) return { revision: snapshot.revision, isOrder: false }
    const outcome = await store.commit(order.guards, order.changes)
    if (typeof outcome === 'number') return { revision: outcome, isOrder: true }
    if (attempt === attemptsMax)
      throw new EverportError('state_error', `others change ${wanted} at the same time`, {
        hint: 'try again',
      })
  }
}
