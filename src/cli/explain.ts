import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { WireError } from '../dns/wire/wire-error.ts'
import { explainAnswer } from '../dns/zone/explain-answer.ts'
import { systemClock } from '../io/clock.ts'
import { type DnsStatus, dnsStatusPrefix } from '../resources/status.ts'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import { openJournalStore } from '../store/journal-store.ts'
import type { Snapshot } from '../store/store.ts'
import { explainFlows, flowText } from './explain-flow.ts'
import { scenario } from './explain-scenario.ts'
import { explanationText, type ServerWord } from './explain-text.ts'
import { watchZones } from './explain-zones.ts'
import { defaultStateDir, openStateFolder } from './state-folder.ts'
import { terminalStyle } from './status-text.ts'

const help = `everport explain dns [NAME] [--type A] [--from ADDRESS] [--if down=WHAT] … [--json] [--state DIR]
everport explain flow CLIENT:PORT LISTENER [--udp] [--if down=WHAT] … [--json] [--state DIR]

Shows how a name is answered: the tree of its records, the health of each branch and why, the answer and how long it lives. NAME is
the failover name when it is not given. Or where a balancer sends the next connection of a client, and why: LISTENER is ADDRESS:PORT, or
CLUSTER:PORT for each of its zones. Reads the store as \`everport status\` does, so it works with every other process dead.

  --from ADDRESS    as a client with that address, where the answer depends on it
  --if down=WHAT    what would be answered if a cluster (active), a balancer (balancer-active-a), a node (active-a-1) or a
                    health check (its id) were down; given more than once, all of them
  --udp             a UDP flow rather than a TCP connection
  --json            the same as JSON
`

/** `everport explain dns NAME` and `everport explain flow CLIENT:PORT LISTENER` */
export async function explainCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      type: { type: 'string', default: 'A' },
      from: { type: 'string', default: '127.0.0.1' },
      udp: { type: 'boolean' },
      if: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean' },
      state: { type: 'string', default: defaultStateDir },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    process.stdout.write(help)
    return 0
  }
  const [what, name, ...others] = positionals
  if (what === 'flow' && others.length <= 1) return await explainFlowCommand(name, others[0], values)
  if (what !== 'dns' || others.length > 0)
    throw new EverportError('invalid_input', `explain what? Found ${positionals.join(' ') || 'nothing'}`, {
      hint: 'everport explain dns data.demo.test, or everport explain flow 127.0.0.1:40000 127.0.1.1:9996',
    })
  if (isIP(values.from) === 0) {
    throw new EverportError('invalid_input', `--from ${values.from}: expected an address`, {
      hint: '--from 192.0.2.7',
    })
  }
  const folder = openStateFolder(values.state)
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  try {
    const snapshot = store.read()
    const supposed = scenario(snapshot, values.if)
    const zones = await watchZones(store, systemClock)
    const asked = name ?? failoverName(snapshot)
    const type = values.type.toUpperCase()
    const explain = (of: typeof zones.now) =>
      guarded(() => explainAnswer(of, asked, type, { address: values.from }))
    const now = explain(zones.now)
    const wouldBe = values.if.length === 0 ? undefined : explain(zones.supposing(supposed))
    const servers = serverWords(store.read(), now.name, type)
    process.stdout.write(
      values.json === true
        ? `${JSON.stringify({ now, servers, ...(wouldBe === undefined ? {} : { if: values.if, wouldBe }) }, null, 2)}\n`
        : explanationText({ now, wouldBe, supposed: values.if, servers }, terminalStyle(process.stdout)),
    )
    return 0
  } finally {
    await store.close()
  }
}

interface FlowOptions {
  readonly if: readonly string[]
  readonly state: string
  readonly udp?: boolean | undefined
  readonly json?: boolean | undefined
}

async function explainFlowCommand(
  client: string | undefined,
  listener: string | undefined,
  options: FlowOptions,
): Promise<number> {
  const folder = openStateFolder(options.state)
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  try {
    const snapshot = store.read()
    const supposed = scenario(snapshot, options.if).apply(snapshot)
    const flows = explainFlows(supposed, client, listener, options.udp === true ? 'udp' : 'tcp')
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify({ flows }, null, 2)}\n`
        : flowText(flows, terminalStyle(process.stdout)),
    )
    return 0
  } finally {
    await store.close()
  }
}

function failoverName(snapshot: Snapshot): string {
  const name = snapshot.get<TopologySettings>(topologySettingsKey)?.value.failoverName
  if (name !== undefined) return name
  throw new EverportError('state_error', 'no topology has been applied yet', { hint: 'everport up' })
}

/** What the servers themselves said last: by what they remember, and what they alone know. */
function serverWords(snapshot: Snapshot, name: string, type: string): ServerWord[] {
  const told = type === 'A' ? name.replace(/\.$/, '') : `${name.replace(/\.$/, '')} ${type}`
  return snapshot.list<DnsStatus>(dnsStatusPrefix).flatMap(({ key, value }) => {
    const answer = value.failover[told]
    return answer === undefined ? [] : [{ server: key.slice(dnsStatusPrefix.length), ...answer }]
  })
}

function guarded<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof WireError) throw new EverportError('invalid_input', error.message)
    throw error
  }
}
