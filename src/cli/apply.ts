import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { systemClock } from '../io/clock.ts'
import { topologyFacts } from '../io/topology-file.ts'
import { callLine } from '../provision/call-text.ts'
import { isRead } from '../provision/calls.ts'
import { planCalls } from '../provision/plan-calls.ts'
import { apply, destroy } from '../provision/provision.ts'
import { nothingFound, type Provisioning } from '../provision/provisioning.ts'
import { wantedOf } from '../provision/wanted.ts'
import { passwordFileOf } from '../topology/desired-balancing.ts'
import { apiOptions, apiOptionsHelp, asTold, openApi } from './aws-api.ts'
import { planTopology } from './topology-plan.ts'

const help = {
  apply: `everport apply FILE [--endpoint URL] [--profile NAME]

Brings an AWS account, or an Everport, to what a topology file says: security group, load balancers, target groups, nodes, listeners, and
the failover name. Describes what is there, found by its tags, and makes only the calls that are missing. Cut at any call, it goes on
from there when it is run again.

${apiOptionsHelp}`,
  plan: `everport plan FILE [--destroy] [--endpoint URL] [--profile NAME]

Shows the calls that \`everport apply\` would make, and makes none. Exit code 0 when there are none, 3 when there are some.

  --destroy        those of \`everport destroy\` instead
${apiOptionsHelp}`,
  destroy: `everport destroy FILE [--endpoint URL] [--profile NAME]

Takes away what \`everport apply\` made for this topology, and nothing else. \`everport plan --destroy FILE\` shows it first.

${apiOptionsHelp}`,
} as const

type Verb = keyof typeof help

/** `everport apply FILE` */
export const applyCommand = (args: string[]): Promise<number> => provisionCommand('apply', args)
/** `everport plan FILE` */
export const planCommand = (args: string[]): Promise<number> => provisionCommand('plan', args)
/** `everport destroy FILE` */
export const destroyCommand = (args: string[]): Promise<number> => provisionCommand('destroy', args)

async function provisionCommand(verb: Verb, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...apiOptions, ...(verb === 'plan' ? { destroy: { type: 'boolean' } as const } : {}) },
  })
  if (values.help === true) {
    process.stdout.write(help[verb])
    return 0
  }
  const { topology, file } = planTopology(onlyFile(positionals, verb))
  const api = openApi(topology.region, values)
  const isPlan = verb === 'plan'
  const isEnd = verb === 'destroy' || ('destroy' in values && values.destroy === true)
  const facts = topologyFacts(topology, file, undefined)
  // Before the first call, so that nothing is half applied. AWS is not told of it.
  if (api.provider === 'everport' && !isEnd) passwordFileOf(topology.healthCheck, facts.passwordFolder)
  let calls = 0
  const told = (line: string): void => {
    calls++
    process.stdout.write(`${line}\n`)
  }
  const provisioning: Provisioning = {
    call: isPlan ? planCalls(api.call, planned => told(callLine(planned))) : telling(api.call, told),
    wanted: wantedOf(topology),
    clock: systemClock,
    wallMs: Date.now,
    provider: api.provider,
    ...facts,
    isPlan,
    found: nothingFound(),
  }
  try {
    await (isEnd ? destroy(provisioning) : apply(provisioning))
  } catch (error) {
    throw asTold(error, verb)
  } finally {
    api.close()
  }
  process.stdout.write(summary(verb, isEnd ? 'destroy' : 'apply', calls, provisioning))
  return isPlan && calls > 0 ? 3 : 0
}

/** Each mutating call is told once it was made. */
function telling(call: Provisioning['call'], told: (line: string) => void): Provisioning['call'] {
  return async (service, operation, input) => {
    const answer = await call(service, operation, input)
    if (!isRead(operation)) told(callLine({ service, operation, input: input as object }))
    return answer
  }
}

function summary(
  verb: Verb,
  next: 'apply' | 'destroy',
  calls: number,
  { wanted, found }: Provisioning,
): string {
  if (verb === 'plan')
    return calls === 0
      ? 'Nothing to do.\n'
      : `\n${calls === 1 ? '1 call' : `${calls} calls`} to make: everport ${next}\n`
  if (verb === 'destroy') return calls === 0 ? 'Nothing was there.\n' : '\nAll gone.\n'
  const hosts = [...found.loadBalancers].map(([name, { dnsName }]) => `  ${name.padEnd(22)} ${dnsName}\n`)
  return `${calls === 0 ? 'Nothing to do.' : '\nDone.'}\n\n  ${'clients connect to'.padEnd(22)} ${wanted.dns.name.slice(0, -1)}\n${hosts.join('')}\nLook whether all is well: everport doctor\n`
}

export function onlyFile(positionals: readonly string[], command: string): string {
  const [file, ...others] = positionals
  if (file !== undefined && others.length === 0) return file
  throw new EverportError('invalid_input', `one topology file, found ${positionals.length}`, {
    hint: `everport ${command} FILE`,
  })
}
