import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { wantedRoles } from '../instances/wanted-roles.ts'
import { systemClock } from '../io/clock.ts'
import { nodeRoleName, roleHoldKey } from '../resources/roles.ts'
import { openJournalStore } from '../store/journal-store.ts'
import type { Snapshot } from '../store/store.ts'
import { defaultStateDir, openStateFolder, runningAgent } from './state-folder.ts'

const stopHelp = `everport stop NAME … [--kill] [--state DIR]

Stops processes and keeps them down until \`everport start NAME\`. NAME is a process (node-active-a-1,
balancer-active-a, control, dns-1), a node (active-a-1), or a cluster (active: its nodes and balancers).

  --kill    with SIGKILL, as a crash would; otherwise running queries may finish
`

const startHelp = `everport start NAME … [--state DIR]

Starts again what \`everport stop\` keeps down.
`

/** `everport stop NAME … [--kill]` */
export async function stopCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseHold(args, true)
  if (values.help === true) return print(stopHelp)
  return hold(positionals, values.state, { how: values.kill === true ? 'kill' : 'drain' })
}

/** `everport start NAME …` */
export async function startCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseHold(args, false)
  if (values.help === true) return print(startHelp)
  return hold(positionals, values.state, undefined)
}

function parseHold(args: string[], mayKill: boolean) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      state: { type: 'string', default: defaultStateDir },
      help: { type: 'boolean' },
      ...(mayKill ? { kill: { type: 'boolean' } as const } : {}),
    } as { state: { type: 'string'; default: string }; help: { type: 'boolean' }; kill: { type: 'boolean' } },
  })
}

async function hold(names: string[], stateDir: string, value: object | undefined): Promise<number> {
  if (names.length === 0) {
    throw new EverportError('invalid_input', 'which process? Name at least one', {
      hint: 'everport status lists them',
    })
  }
  const folder = openStateFolder(stateDir)
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  try {
    const snapshot = store.read()
    const found = [...new Set(names.flatMap(name => rolesNamed(snapshot, name)))]
    const isHeld = (name: string): boolean => snapshot.get(roleHoldKey(name)) !== undefined
    await store.commit(
      [],
      found.map(name => ({ key: roleHoldKey(name), value })),
    )
    const isRunning = runningAgent(folder) !== undefined
    process.stdout.write(
      value === undefined
        ? startText(
            found.filter(isHeld),
            found.filter(name => !isHeld(name)),
            isRunning,
          )
        : `${found.join(', ')}: ${isRunning ? 'kept down' : 'will be kept down when Everport runs'}\n`,
    )
    return 0
  } finally {
    await store.close()
  }
}

/** Nobody is told that something was started which ran all the time, or which nothing of ours kept from running. */
function startText(held: readonly string[], others: readonly string[], isRunning: boolean): string {
  const started = isRunning ? 'started' : 'will be started when Everport runs'
  return [
    ...(held.length === 0 ? [] : [`${held.join(', ')}: ${started}\n`]),
    ...(others.length === 0
      ? []
      : [`${others.join(', ')}: ${others.length === 1 ? 'was' : 'were'} not kept down\n`]),
  ].join('')
}

function rolesNamed(snapshot: Snapshot, name: string): string[] {
  const roles = wantedRoles(snapshot)
  const exact = roles.find(role => role.name === name || role.name === nodeRoleName(name))
  if (exact !== undefined) return [exact.name]
  const members = roles.filter(role => role.cluster === name).map(role => role.name)
  if (members.length > 0) return members
  const clusters = roles.flatMap(({ cluster }) => (cluster === undefined ? [] : [cluster]))
  const known = [...new Set([...clusters, ...roles.map(role => role.name)])]
  const suggestion = nearest(name, known)
  throw new EverportError('not_found', `nothing here is called ${name}`, {
    detail: `there are: ${known.join(', ')}`,
    ...(suggestion === undefined ? {} : { hint: suggestion }),
  })
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}
