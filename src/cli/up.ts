import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { systemClock } from '../io/clock.ts'
import { fileLog } from '../io/log.ts'
import { systemNetwork } from '../io/network.ts'
import { ownIdentity, systemProcesses } from '../io/processes.ts'
import { systemRandom } from '../io/random.ts'
import { loadTopology, topologyFacts } from '../io/topology-file.ts'
import type { ProcessStatus } from '../resources/status.ts'
import { topologySettingsKey } from '../resources/topology-settings.ts'
import { type RunningAgent, startAgent } from '../roles/agent.ts'
import { type Catalog, emptyCatalog } from '../sql/catalog/catalog.ts'
import { loadCatalog } from '../sql/catalog/load-catalog.ts'
import { openJournalStore } from '../store/journal-store.ts'
import type { Store } from '../store/store.ts'
import { applyDesiredState } from '../topology/apply-desired-state.ts'
import { desiredState } from '../topology/desired-state.ts'
import { ensureAccess } from './access.ts'
import { ensureAwsProfile } from './aws-profile.ts'
import { preflight, type WantedEndpoint } from './preflight.ts'
import { progress } from './progress.ts'
import {
  claimStateFolder,
  createStateFolder,
  defaultStateDir,
  releaseStateFolder,
  type StateFolder,
} from './state-folder.ts'
import { terminalStyle } from './status-text.ts'
import { type PlannedTopology, planTopology } from './topology-plan.ts'
import { welcome } from './welcome.ts'

const help = `everport up [FILE] [--state DIR]

Starts what the topology file says on this machine and keeps it running until Ctrl-C: control, dns, a balancer per cluster and
zone, and the nodes, each a process of its own. FILE is topology.yaml when it is not named.

  --state DIR   where the store, the logs and the credentials are kept (${defaultStateDir})
`

/** `everport up [FILE]` */
export async function upCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { state: { type: 'string', default: defaultStateDir }, help: { type: 'boolean' } },
  })
  if (values.help === true) {
    process.stdout.write(help)
    return 0
  }
  if (positionals.length > 1) {
    throw new EverportError('invalid_input', `one topology file, found ${positionals.length}`, {
      hint: 'everport up FILE',
    })
  }
  const plan = planTopology(positionals[0] ?? 'topology.yaml')
  // A node with such a catalog would end again and again; what only the engine sees is told of the node.
  const catalog =
    plan.topology.clusters.length > 0
      ? await loadCatalog(topologyFacts(plan.topology, plan.file, undefined).catalogFile)
      : emptyCatalog
  const folder = createStateFolder(values.state)
  claimStateFolder(folder, plan.file, new Date().toISOString())
  try {
    return await run(plan, folder, relationToTry(catalog))
  } finally {
    releaseStateFolder(folder)
  }
}

/** The last view, which is often made of the others; one whose name needs quotes is left out. */
function relationToTry({ statements }: Catalog): string | undefined {
  return statements.findLast(({ kind, name }) => kind === 'view' && /^[a-z_][a-z0-9_.]*$/.test(name))?.name
}

async function run(
  plan: PlannedTopology,
  folder: StateFolder,
  relation: string | undefined,
): Promise<number> {
  const startedAt = systemClock.now()
  const signals = endSignals()
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  try {
    await preflight(systemNetwork, notYetOurs(plan.endpoints, store))
    // Control does the same whenever the file changes. Done here first, so that no process of an earlier topology is started, and none waits for control.
    await applyDesiredState(
      store,
      desiredState(plan.topology, topologyFacts(plan.topology, plan.file, folder.path)),
    )
    const client = await ensureAccess(store, folder.path, plan.topology)
    const aws = await ensureAwsProfile(store, folder.path, plan.topology)
    followNames(store, plan.file, folder)
    const agent = await startAgent(
      {
        roleName: 'agent',
        stateDir: folder.path,
        store,
        clock: systemClock,
        random: systemRandom(),
        network: systemNetwork,
        log: fileLog('agent', resolve(folder.logDir, 'agent.log')),
      },
      {
        processes: systemProcesses,
        identity: ownIdentity(),
        topologyFile: plan.file,
        logDir: folder.logDir,
        runDir: folder.runDir,
        program: process.execPath,
        programArgs: [...process.execArgv, process.argv[1] ?? ''],
        environment: roleEnvironment(),
        wallTime: () => new Date().toISOString(),
      },
    )
    // Not before: until then the store has what an earlier run last said.
    const shown = progress(store, process.stdout, terminalStyle(process.stdout), systemClock)
    const healthy = await Promise.race([shown.whenHealthy, signals.first])
    if (healthy === 'healthy') {
      const seconds = (systemClock.now() - startedAt) / 1000
      process.stdout.write(
        welcome(
          { plan, client, aws, folder, seconds, view: shown.view(), relation },
          terminalStyle(process.stdout),
        ),
      )
    }
    await signals.first
    shown.end()
    await stopAgent(agent, signals)
    return 0
  } finally {
    await store.close()
  }
}

/** Who reads the files for clients finds what the topology file says now, when its name, its domain or its ports have changed. */
function followNames(store: Store, file: string, folder: StateFolder): void {
  store.watch(store.read().revision, (_, keys) => {
    if (![...keys].includes(topologySettingsKey)) return
    const { topology } = loadTopology(file)
    if (topology === undefined) return
    void ensureAccess(store, folder.path, topology)
      .then(() => ensureAwsProfile(store, folder.path, topology))
      .catch((error: unknown) =>
        process.stderr.write(`error: files for clients not written: ${String(error)}\n`),
      )
  })
}

async function stopAgent(agent: RunningAgent, signals: EndSignals): Promise<void> {
  process.stdout.write('\nStopping; running queries may finish (Ctrl-C again: at once) …\n')
  const stopped = agent.stop('drain')
  const hurried = signals.second.then(() => agent.stop('kill'))
  await Promise.race([stopped, hurried])
  process.stdout.write('Stopped. The state is kept; the next start goes on from it.\n')
}

interface EndSignals {
  readonly first: Promise<'signal'>
  readonly second: Promise<void>
}

/** Ctrl-C, `kill`, and a closed terminal all ask for the same. */
function endSignals(): EndSignals {
  let count = 0
  let tellFirst: (word: 'signal') => void = () => undefined
  let tellSecond: () => void = () => undefined
  const first = new Promise<'signal'>(resolveFirst => {
    tellFirst = resolveFirst
  })
  const second = new Promise<void>(resolveSecond => {
    tellSecond = resolveSecond
  })
  const onSignal = (): void => {
    count++
    if (count === 1) tellFirst('signal')
    else tellSecond()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  return { first, second }
}

/** Roles that an agent before us left running hold their ports rightly. */
function notYetOurs(endpoints: readonly WantedEndpoint[], store: Store): WantedEndpoint[] {
  const snapshot = store.read()
  return endpoints.filter(({ roleName }) => {
    const identity = snapshot.get<ProcessStatus>(`status/process/${roleName}`)?.value.identity
    return identity === undefined || systemProcesses.adopt(identity) === undefined
  })
}

/** Roles need no more of our environment than this; secrets that happen to be in it are not passed on. */
function roleEnvironment(): Record<string, string> {
  const passed = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'NODE_OPTIONS', 'EVERPORT_LOG_LEVEL']
  return Object.fromEntries(
    passed.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}
