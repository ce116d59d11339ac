import { parseArgs } from 'node:util'
import { examine } from '../provision/doctor/examine.ts'
import { observe } from '../provision/doctor/observe.ts'
import { wantedOf } from '../provision/wanted.ts'
import { onlyFile } from './apply.ts'
import { apiOptions, apiOptionsHelp, asTold, openApi } from './aws-api.ts'
import { planTopology } from './topology-plan.ts'

const doctorHelp = `everport doctor FILE [--endpoint URL] [--profile NAME]

Compares what runs in AWS, or in an Everport, with a topology file, whoever made it, and tells what would break: auxiliary groups with the
wrong nodes, shared groups that lack one, listeners that lead elsewhere, an advertised host that is not the balancer's, ports that security
groups close, ill targets, an incomplete failover pair. Each with the command that mends it. Changes nothing. Exit code 1 when it found something.

${apiOptionsHelp}`

/** `everport doctor FILE` */
export async function doctorCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: apiOptions })
  if (values.help === true) {
    process.stdout.write(doctorHelp)
    return 0
  }
  const { topology } = planTopology(onlyFile(positionals, 'doctor'))
  const wanted = wantedOf(topology)
  const api = openApi(topology.region, values)
  try {
    const findings = examine(wanted, await observe(api.call, wanted))
    for (const { what, mend } of findings) process.stdout.write(`✗ ${what}\n  ${mend}\n`)
    const groups = wanted.clusters.reduce((sum, cluster) => sum + cluster.groups.length, 0)
    process.stdout.write(
      findings.length === 0
        ? `All is well: ${groups} target groups, their listeners and targets, and ${wanted.dns.name}\n`
        : `\n${findings.length} to mend.\n`,
    )
    return findings.length === 0 ? 0 : 1
  } catch (error) {
    throw asTold(error, 'doctor')
  } finally {
    api.close()
  }
}
