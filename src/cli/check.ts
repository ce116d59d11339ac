import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { loadTopology } from '../io/topology-file.ts'
import { renderMistakes } from '../topology/mistakes.ts'
import type { Topology } from '../topology/topology.ts'

export const checkHelp = `everport check FILE

Checks a topology file and tells every mistake in it, each with its line, what was found and what was expected.
Exit code 0 when there is none, 1 when there are some.
`

/** `everport check FILE` */
export async function checkCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  })
  if (values.help === true) {
    process.stdout.write(checkHelp)
    return 0
  }
  const [file, ...others] = positionals
  if (file === undefined || others.length > 0) {
    throw new EverportError('invalid_input', `one topology file, found ${positionals.length}`, {
      hint: 'everport check FILE',
    })
  }
  const { topology, mistakes } = loadTopology(file)
  if (mistakes !== undefined) {
    process.stderr.write(`${renderMistakes(mistakes)}\n`)
    return 1
  }
  process.stdout.write(`${file}: ok: ${summary(topology)}\n`)
  return 0
}

function summary({ clusters, failoverName }: Topology): string {
  const zones = clusters.flatMap(cluster => cluster.zones)
  const nodes = zones.flatMap(zone => zone.nodes)
  return `${counted(clusters.length, 'cluster')}, ${counted(nodes.length, 'node')} in ${counted(zones.length, 'zone')}, clients connect to ${failoverName}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
