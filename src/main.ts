import { EverportError, renderForTerminal } from './base/errors.ts'
import { guardStandardOutput, type OutputUse } from './cli/standard-output.ts'
import { isSystemError, systemErrorText } from './cli/system-error.ts'
import { balancerWorkerCommand } from './resources/roles.ts'

/** A command of the program; loaded only when it is called, so that each starts fast. */
interface CommandEntry {
  readonly summary: string
  readonly run: (args: string[]) => Promise<number>
}

const commands: Readonly<Record<string, CommandEntry>> = {
  up: {
    summary: 'start the whole topology on this machine and keep it running',
    run: async args => (await import('./cli/up.ts')).upCommand(args),
  },
  down: {
    summary: 'stop what `up` started',
    run: async args => (await import('./cli/down.ts')).downCommand(args),
  },
  status: {
    summary: 'show clusters, balancers, nodes and what DNS answers',
    run: async args => (await import('./cli/status.ts')).statusCommand(args),
  },
  failover: {
    summary: 'show or order which cluster a failover name answers',
    run: async args => (await import('./cli/failover.ts')).failoverCommand(args),
  },
  explain: {
    summary: 'show how DNS answers a name and why, and what it would if something died',
    run: async args => (await import('./cli/explain.ts')).explainCommand(args),
  },
  events: {
    summary: 'list what happened: switches with their reasons, balancers and processes lost and back',
    run: async args => (await import('./cli/events.ts')).eventsCommand(args),
  },
  sql: {
    summary: 'ask SQL through the failover name, interactively or with -c',
    run: async args => (await import('./cli/sql.ts')).sqlCommand(args),
  },
  stop: {
    summary: 'stop a node, balancer or whole cluster and keep it down',
    run: async args => (await import('./cli/hold.ts')).stopCommand(args),
  },
  start: {
    summary: 'start what `stop` keeps down',
    run: async args => (await import('./cli/hold.ts')).startCommand(args),
  },
  check: {
    summary: 'check a topology file and report every mistake',
    run: async args => (await import('./cli/check.ts')).checkCommand(args),
  },
  plan: {
    summary: 'show the calls to AWS or Everport that would bring it to what a topology file says',
    run: async args => (await import('./cli/apply.ts')).planCommand(args),
  },
  apply: {
    summary: 'make those calls',
    run: async args => (await import('./cli/apply.ts')).applyCommand(args),
  },
  destroy: {
    summary: 'take away what `apply` made',
    run: async args => (await import('./cli/apply.ts')).destroyCommand(args),
  },
  export: {
    summary: 'print a topology file as CloudFormation, Terraform or aws CLI commands',
    run: async args => (await import('./cli/export.ts')).exportCommand(args),
  },
  doctor: {
    summary: 'tell what is wrong in AWS or Everport by a topology file, and what mends it',
    run: async args => (await import('./cli/doctor.ts')).doctorCommand(args),
  },
  denodo: {
    summary: 'configure a Denodo server on this machine for a place behind a load balancer',
    run: async args => (await import('./cli/denodo.ts')).denodoCommand(args),
  },
  'access-key': {
    summary: 'list, make and delete keys for the AWS APIs',
    run: async args => (await import('./cli/access-key.ts')).accessKeyCommand(args),
  },
  certificate: {
    summary: 'list, import and delete certificates of TLS and HTTPS listeners',
    run: async args => (await import('./cli/certificate.ts')).certificateCommand(args),
  },
  zone: {
    summary: 'import and export DNS zones, and say who may copy them',
    run: async args => (await import('./cli/zone.ts')).zoneCommand(args),
  },
}

/** Roles: started by the agent, or by hand on a server of one's own. */
const roles = ['control', 'dns', 'balancer', 'node'] as const

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args
  guardStandardOutput(outputUse(name))
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(usage())
    return name === undefined ? 2 : 0
  }
  if (name === '--version' || name === '-V') {
    process.stdout.write(`everport ${(await import('./io/version.ts')).version()}\n`)
    return 0
  }
  // Started by a balancer alone, which talks to it: nothing for a terminal.
  if (name === balancerWorkerCommand) {
    const { runBalancerWorker } = await import('./roles/balancer-worker.ts')
    runBalancerWorker(rest[0] ?? 'balancer')
    return 0
  }
  const role = roles.find(known => known === name)
  if (role === 'control' && rest.includes('--ephemeral'))
    return (await import('./cli/ephemeral.ts')).ephemeralCommand(rest)
  if (role !== undefined) return (await import('./cli/role.ts')).roleCommand(role, rest)
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    const { nearest } = await import('./base/nearest.ts')
    const suggestion = nearest(name, [...Object.keys(commands), ...roles])
    throw new EverportError('invalid_input', `unknown command: ${name}`, {
      hint: suggestion === undefined ? 'everport help' : `everport ${suggestion}`,
    })
  }
  return command.run(rest)
}

function outputUse(name: string | undefined): OutputUse {
  if (name === 'sql') return 'ends-itself'
  return name === 'up' || name === balancerWorkerCommand || roles.some(role => role === name)
    ? 'unneeded'
    : 'needed'
}

function usage(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`)
  return [
    'Everport keeps SQL over many data sources available when machines die.',
    '',
    'Usage: everport COMMAND …   (everport COMMAND --help says more)',
    '',
    ...lines,
    '',
    'Started by `up` on its own, or by hand where you run one role a machine:',
    `  ${roles.join(', ')}`,
    '',
    'For tests of tools that call AWS: everport control --ephemeral --help',
    '',
  ].join('\n')
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (error instanceof EverportError) process.stderr.write(`${renderForTerminal(error)}\n`)
  else if (isArgumentError(error))
    process.stderr.write(
      `error: ${firstSentence(error.message)}\n  try: everport ${process.argv[2]} --help\n`,
    )
  else if (isSystemError(error)) process.stderr.write(`error: ${systemErrorText(error)}\n`)
  else throw error
  process.exitCode = 2
}

/** Node's advice after it speaks of a rare case and hides the mistake. */
function firstSentence(text: string): string {
  return text.split(/\.? *\n|\. /)[0] ?? text
}

function isArgumentError(error: unknown): error is Error {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')
}
