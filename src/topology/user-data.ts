import { renderMistakes } from './mistakes.ts'
import { computed, duration, group, map, size, text, truth, type ValueOf, whole } from './schema-kinds.ts'
import { validate } from './validate.ts'
import { readYaml } from './yaml-source.ts'

const port = whole(1, 65_535)
const label = text(
  'a name of lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen',
  /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/,
  63,
)

/**
 * The user data of an instance that RunInstances makes: what its node is told. Everything may be left out; what follows then is decided
 * beside the other instances (aws/ec2/node-config.ts).
 */
export const userDataSchema = map({
  name: computed(label, { about: 'Name of the node, in status and logs.', absent: 'the id of the instance' }),
  cluster: computed(label, {
    about: 'The cluster that it is shown with: the name of a load balancer.',
    absent: 'none',
  }),
  advertisedHost: computed(text('a host name', /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i, 253), {
    about: 'Where clients are sent for the auxiliary port: the DNS name of the load balancer.',
    absent: 'the address of the instance',
  }),
  singlePort: computed(truth, {
    about: 'With `true`, clients of the runtime port are sent to no other port.',
    absent: 'they are sent to the auxiliary ports',
  }),
  database: computed(text('a database name', /^[^\0]+$/, 63), {
    about: 'Database that clients ask for.',
    absent: 'as in the topology',
  }),
  catalogFile: computed(text('an absolute path of an SQL file', /^\/[^\0]+$/, 4_096), {
    about: 'The SQL file whose views the node serves.',
    absent: 'as in the topology',
  }),
  ports: group(
    map({
      runtime: computed(port, { about: 'Arrow Flight SQL, first step.', absent: 'as in the topology' }),
      auxiliary: computed(port, {
        about: 'Second step: different on every node behind one load balancer.',
        absent: 'the first of 19997, 29997, 39997 and so on that no instance has',
      }),
      odbc: computed(port, { about: 'PostgreSQL wire protocol.', absent: 'as in the topology' }),
      web: computed(port, { about: 'HTTP.', absent: 'as in the topology' }),
    }),
    { about: 'Where the node listens.' },
  ),
  limits: group(
    map({
      connections: computed(whole(1, 100_000), {
        about: 'Connections at a time.',
        absent: 'as in the topology',
      }),
      memory: computed(size('64MB', '1024GB'), {
        about: 'Memory of its queries together.',
        absent: 'as in the topology',
      }),
      drainTimeout: computed(duration('0s', '1h'), {
        about: 'How long running queries may go on when it is asked to stop.',
        absent: 'as in the topology',
      }),
    }),
    { about: 'What it bears.' },
  ),
})

export type UserData = ValueOf<typeof userDataSchema>

export type UserDataReading =
  | { readonly userData: UserData; readonly mistakes?: undefined }
  | { readonly userData?: undefined; readonly mistakes: string }

/** YAML 1.2, and so JSON too. Nothing, or comments alone, is nothing said. */
export function readUserData(given: string): UserDataReading {
  const { source, mistakes } = readYaml(given.trim() === '' ? '{}' : given, 'user-data')
  if (source !== undefined && source.document.contents === null) return readUserData('')
  const draft = source === undefined ? undefined : validate(source, userDataSchema, mistakes).draft
  if (mistakes.length > 0 || draft === undefined) return { mistakes: renderMistakes(mistakes) }
  return { userData: draft as UserData }
}
