import { parseArgs } from 'node:util'
import { pause } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import type { ProcessIdentity, RunningProcess } from '../base/processes.ts'
import { systemClock } from '../io/clock.ts'
import { isAlive, systemProcesses } from '../io/processes.ts'
import type { ProcessStatus } from '../resources/status.ts'
import { openJournalStore } from '../store/journal-store.ts'
import { defaultStateDir, openStateFolder, runningAgent, type StateFolder } from './state-folder.ts'

const help = `everport down [--state DIR]

Stops what \`everport up\` started: nodes finish their running queries first, for as long as the topology's drainTimeout allows.
`

/** Longer than the agent takes to end a role that hangs. */
const agentDeadlineMs = 30_000
const roleDeadlineMs = 15_000

/** `everport down` */
export async function downCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { state: { type: 'string', default: defaultStateDir }, help: { type: 'boolean' } },
  })
  if (values.help === true) {
    process.stdout.write(help)
    return 0
  }
  const folder = openStateFolder(values.state)
  const agent = runningAgent(folder)
  if (agent !== undefined) {
    process.stdout.write('Stopping …\n')
    process.kill(agent.identity.pid, 'SIGTERM')
    await gone(agent.identity, agentDeadlineMs)
  }
  const left = await stopOrphans(folder)
  if (agent === undefined && left === 0)
    process.stdout.write(`Nothing runs with the state folder ${folder.path}.\n`)
  else process.stdout.write('Stopped.\n')
  return 0
}

/** Roles that go on without an agent, since it was killed. Returns how many there were. */
async function stopOrphans(folder: StateFolder): Promise<number> {
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  const orphans = store
    .read()
    .list<ProcessStatus>('status/process/')
    .map(({ value }) => (value.identity === undefined ? undefined : systemProcesses.adopt(value.identity)))
    .filter((found): found is RunningProcess => found !== undefined)
  await store.close()
  for (const orphan of orphans) orphan.signal('SIGTERM')
  await Promise.all(
    orphans.map(async orphan => {
      await gone(orphan.identity, roleDeadlineMs).catch(() => orphan.signal('SIGKILL'))
    }),
  )
  return orphans.length
}

async function gone(identity: ProcessIdentity, deadlineMs: number): Promise<void> {
  const deadline = systemClock.now() + deadlineMs
  while (isAlive(identity)) {
    if (systemClock.now() > deadline) {
      throw new EverportError(
        'state_error',
        `process ${identity.pid} has not ended within ${deadlineMs / 1000} s`,
        {
          hint: `kill -9 ${identity.pid}, then everport down again`,
        },
      )
    }
    await pause(systemClock, 50)
  }
}
