import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { loadTopology, topologyFacts } from '../io/topology-file.ts'
import { renderMistakes } from '../topology/mistakes.ts'
import type { Topology } from '../topology/topology.ts'

export const checkHelp = `everport check FILE [--topology-only]

Checks a topology file and the catalog that it names, and tells every mistake in them, each with its line, what was found and what was
expected. Exit code 0 when there is none, 1 when there are some.

  --topology-only   not the catalog: the files that its views read may be on other machines
`

/** `everport check FILE` */
export async function checkCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'topology-only': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
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
  const views = values['topology-only'] === true ? undefined : await viewsOf(topology, file)
  if (typeof views === 'string') {
    process.stderr.write(`${views}\n`)
    return 1
  }
  const served = views === undefined ? '' : `${counted(views, 'view')}, `
  process.stdout.write(`${file}: ok: ${served}${summary(topology)}\n`)
  return 0
}

/** How many views the catalog has, or its mistakes as text. */
async function viewsOf(topology: Topology, file: string): Promise<number | string> {
  // Loaded only here: the engine takes longer to load than a topology to check.
  const { checkCatalog } = await import('./catalog-check.ts')
  try {
    return await checkCatalog(topologyFacts(topology, file, undefined).catalogFile)
  } catch (error) {
    if (error instanceof EverportError) return error.detail ?? error.message
    throw error
  }
}

function summary({ clusters, failoverName }: Topology): string {
  const zones = clusters.flatMap(cluster => cluster.zones)
  const nodes = zones.flatMap(zone => zone.nodes)
  return `${counted(clusters.length, 'cluster')}, ${counted(nodes.length, 'node')} in ${counted(zones.length, 'zone')}, clients connect to ${failoverName}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
