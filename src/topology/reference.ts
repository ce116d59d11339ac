import type { Field, MapSchema, Schema } from './schema-kinds.ts'
import { topologySchema } from './topology-schema.ts'
import { expectedWords } from './validate.ts'

/** docs/reference/topology.md: every key by the schema. */
export function topologyReference(example: string): string {
  return `${[
    '# The topology file',
    'One YAML file says what runs: `everport up FILE` starts it, `everport check FILE` tells every mistake in it and in its catalog at once.',
    'Editors with a YAML language server complete and explain it: put this line first.',
    '```yaml\n# yaml-language-server: $schema=../schema/topology.schema.json\n```',
    'An example, `examples/active-passive.yaml`:',
    `\`\`\`yaml\n${example.trimEnd()}\n\`\`\``,
    'Left out, a key has its default. An unknown key is a mistake. All names are lower case.',
    '## Changes while it runs',
    'Everport looks at the file twice a second and applies a change at once. A file with mistakes changes nothing; `everport status` and the terminal of `everport up` tell the first one.',
    changesTable,
    ...sections('Keys', topologySchema),
    '## Addresses',
    'On one machine cluster *c* (by its place in the file) has the addresses 127.0.*c*.x: its balancer in zone *z* (a is 1, b is 2 …) listens on 127.0.*c*.*z*, and node *n* of that zone on 127.0.*c*.(10*z* + *n*). Every node uses the same ports, but for its auxiliary one.',
    '<!-- Made from src/topology/topology-schema.ts; EVERPORT_REWRITE=1 npm test -- topology/published writes it anew. -->',
  ].join('\n\n')}\n`
}

const changesTable = [
  '| what changed | what happens |',
  '|---|---|',
  '| clusters, zones, `nodesPerZone` | processes are started and stopped; running queries may finish |',
  '| `ports`, `auxiliaryPorts` | the nodes are started again, all at once: clients wait some seconds |',
  '| `dns.addresses`, `dns.port`, `dns.metricsPort`, `control.port` | name servers and control are started again |',
  '| `catalog`, another file | new sessions see it. A change within the file counts when the node starts again |',
  '| `tls`, `protocol`, `database`, `balancers.metricsPort`, `dns.repliesPerSecond`, `dns.cookies`, `dns.identify` | counts when the process starts again: `everport stop NAME`, then `everport start NAME`, one after the other |',
  '| everything else | holds at once |',
].join('\n')

function sections(title: string, schema: MapSchema): string[] {
  const below = Object.entries(schema.fields).flatMap(([key, field]) => {
    const inner = mappingIn(field.schema)
    return inner === undefined ? [] : sections(field.schema.kind === 'list' ? `${key}[]` : key, inner)
  })
  return [`## ${title}`, table(schema), ...below]
}

function mappingIn(schema: Schema): MapSchema | undefined {
  if (schema.kind === 'list') return mappingIn(schema.of)
  return schema.kind === 'map' ? schema : undefined
}

function table(schema: MapSchema): string {
  const rows = Object.entries(schema.fields).map(
    ([key, field]) =>
      `| \`${key}\` | ${cell(field.about)} | ${cell(allowed(field.schema))} | ${cell(absent(field))} |`,
  )
  return ['| key | what | value | when left out |', '|---|---|---|---|', ...rows].join('\n')
}

function allowed(schema: Schema): string {
  if (schema.kind === 'map') return 'see below'
  if (schema.kind !== 'list') return expectedWords(schema)
  return `${expectedWords(schema)}; each ${schema.of.kind === 'map' ? 'as below' : expectedWords(schema.of)}`
}

function absent({ presence }: Field): string {
  switch (presence.kind) {
    case 'required':
      return '**required**'
    case 'default':
      return `\`${String(presence.value)}\`: ${presence.reason}`
    case 'computed':
      return presence.words
    case 'defaults-inside':
      return 'all defaults'
    default:
      return presence
  }
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
