import type { Mistake } from './mistakes.ts'
import { type Topology, topologyOf } from './topology.ts'
import { topologyRules } from './topology-rules.ts'
import { type TopologyFile, topologySchema } from './topology-schema.ts'
import { validate } from './validate.ts'
import { readYaml } from './yaml-source.ts'

export type TopologyReading =
  | { readonly topology: Topology; readonly mistakes?: undefined }
  | { readonly topology?: undefined; readonly mistakes: readonly Mistake[] }

/**
 * Reads a topology file's text: the topology, or every mistake in it by place. `fileName` is what messages call the file. `fileExists` answers for paths as they are written in
 * the file, relative to it.
 */
export function readTopology(
  text: string,
  fileName: string,
  fileExists: (path: string) => boolean,
): TopologyReading {
  const { source, mistakes } = readYaml(text, fileName)
  if (source === undefined) return { mistakes: inOrder(mistakes) }
  if (source.document.contents === null) {
    const what = { where: '', found: 'an empty file', expected: 'a topology', hint: startingPoint }
    return { mistakes: [source.mistake({ start: 0, end: 0 }, what)] }
  }
  const { draft, report } = validate(source, topologySchema, mistakes)
  if (draft !== undefined) for (const rule of topologyRules) rule(draft, report, fileExists)
  // Without a mistake nothing in the draft is undefined that must not be.
  if (mistakes.length === 0) return { topology: topologyOf(draft as TopologyFile) }
  return { mistakes: inOrder(mistakes) }
}

const startingPoint = 'begin with a copy of examples/active-passive.yaml'

function inOrder(mistakes: readonly Mistake[]): Mistake[] {
  return [...mistakes].sort((a, b) => a.line - b.line || a.column - b.column)
}
