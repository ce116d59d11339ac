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
balancer-active-us-east-1a, control, dns-1), a node (active-a-1), or a cluster (active: its nodes and balancers).

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
    const found = names.map(name => rolesNamed(snapshot, name)).flat()
    await store.commit(
      [],
      [...new Set(found)].map(name => ({ key: roleHoldKey(name), value })),
    )
    const what = value === undefined ? 'started' : 'kept down'
    process.stdout.write(
      `${found.join(', ')}: ${runningAgent(folder) === undefined ? `will be ${what} when Everport runs` : what}\n`,
    )
    return 0
  } finally {
    await store.close()
  }
}

function rolesNamed(snapshot: Snapshot, name: string): string[] {
  const roles = wantedRoles(snapshot)
  const exact = roles.find(role => role.name === name || role.name === nodeRoleName(name))
  if (exact !== undefined) return [exact.name]
  const members = roles.filter(role => role.cluster === name).map(role => role.name)
  if (members.length > 0) return members
  const suggestion = nearest(
    name,
    roles.map(role => role.name),
  )
  throw new EverportError('not_found', `nothing here is called ${name}`, {
    detail: `there are: ${roles.map(role => role.name).join(', ')}`,
    ...(suggestion === undefined ? {} : { hint: suggestion }),
  })
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}
