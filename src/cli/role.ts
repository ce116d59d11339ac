import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { systemClock } from '../io/clock.ts'
import { jsonLog } from '../io/log.ts'
import { systemNetwork } from '../io/network.ts'
import { goFirstWhenMemoryEnds } from '../io/oom-order.ts'
import { pooledThreads } from '../io/pooled-threads.ts'
import { systemPrograms } from '../io/programs.ts'
import { systemRandom } from '../io/random.ts'
import { systemWorkerProcesses } from '../io/worker-processes.ts'
import { balancerWorkerCommand, type RoleKind } from '../resources/roles.ts'
import type { RoleContext, RunningRole } from '../roles/context.ts'
import { openJournalStore } from '../store/journal-store.ts'
import { defaultStateDir, openStateFolder } from './state-folder.ts'

const help = (
  kind: RoleKind,
): string => `everport ${kind} [--name NAME]${kind === 'control' ? ' --topology FILE' : ''} [--state DIR]

${purposes[kind]} \`everport up\` starts it with these options; by hand it is started where one
role runs on a machine. Logs to standard output, a JSON object a line; SIGTERM ends it.

  --name NAME       which one it is, such as ${examples[kind]} (${kind})
${kind === 'control' ? '  --topology FILE   the topology file, which is read again when it changes\n' : ''}\
  --state DIR       where the store is, which the processes of a machine share (${defaultStateDir})
`

const purposes: Readonly<Record<RoleKind, string>> = {
  control: 'Turns the topology file into what should run, and serves the AWS APIs.',
  dns: 'A name server of the zones in the store.',
  balancer: 'The balancer of one load balancer in one zone.',
  node: 'A node: answers SQL over the catalog.',
}

const examples: Readonly<Record<RoleKind, string>> = {
  control: 'control',
  dns: 'dns-1',
  balancer: 'balancer-active-a',
  node: 'node-active-a-1',
}

/** Runs one role until it is told to end. Exit code 0 after a clean end, 1 when it could not start. */
export async function roleCommand(kind: RoleKind, args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string' },
      state: { type: 'string', default: defaultStateDir },
      topology: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    process.stdout.write(help(kind))
    return 0
  }
  const roleName = values.name ?? kind
  const log = jsonLog(roleName)
  // A role is told to end by SIGTERM; a Ctrl-C in the terminal is the agent's to handle.
  process.on('SIGINT', () => undefined)
  const ended = new Promise<void>(resolve => process.once('SIGTERM', resolve))
  try {
    const folder = openStateFolder(values.state)
    const store = await openJournalStore(folder.storeDir, { clock: systemClock })
    const context: RoleContext = {
      roleName,
      stateDir: folder.path,
      store,
      clock: systemClock,
      random: systemRandom(),
      network: systemNetwork,
      programs: systemPrograms,
      log,
    }
    const role = await startRole(kind, context, values.topology)
    log.info('started', { afterMs: Math.round(process.uptime() * 1000) })
    await ended
    log.info('stopping')
    await role.stop()
    await store.close()
    log.info('stopped')
    // Nothing may keep an ended role alive: not a socket that a client holds half open, not a query that will not settle.
    process.exit(0)
  } catch (error) {
    if (!(error instanceof EverportError)) throw error
    log.error('cannot start', {
      code: error.code,
      message: error.message,
      detail: error.detail,
      hint: error.hint,
    })
    process.exit(1)
  }
}

/** This program again, as often as a balancer needs it. */
function workersOf({ roleName, log }: RoleContext): Pick<RoleContext, 'workers'> {
  const workers = systemWorkerProcesses(process.argv[1] ?? '', [balancerWorkerCommand, roleName])
  if (workers !== undefined) return { workers }
  log.info('one process takes all connections', {
    reason: `${process.platform} cannot share a listening socket`,
  })
  return {}
}

async function startRole(
  kind: RoleKind,
  context: RoleContext,
  topologyFile: string | undefined,
): Promise<RunningRole> {
  switch (kind) {
    case 'control': {
      if (topologyFile === undefined)
        throw new EverportError('invalid_input', 'control needs --topology FILE')
      return (await import('../roles/control.ts')).startControl(context, { topologyFile })
    }
    case 'dns':
      return (await import('../roles/dns.ts')).startDns(context)
    case 'balancer':
      return (await import('../roles/balancer.ts')).startBalancer({ ...context, ...workersOf(context) })
    case 'node':
      goFirstWhenMemoryEnds()
      return startNodeWithThreads(context)
  }
}

async function startNodeWithThreads(context: RoleContext): Promise<RunningRole> {
  const callThreads = pooledThreads(systemClock, context.log)
  try {
    return await (await import('../roles/node.ts')).startNode(context, { callThreads })
  } catch (error) {
    callThreads.release()
    throw error
  }
}
