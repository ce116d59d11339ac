import { join, relative, resolve } from 'node:path'
import type { Endpoint } from '../base/network.ts'
import { tlsFolder } from '../io/local-authority.ts'
import type { StatusView } from '../resources/status-view.ts'
import { type AwsProfile, awsConfigFileName } from './aws-profile.ts'
import type { ClientFile } from './client-file.ts'
import { defaultStateDir, type StateFolder } from './state-folder.ts'
import { painter, type TextStyle } from './status-text.ts'
import type { PlannedTopology } from './topology-plan.ts'

export interface Welcome {
  readonly plan: PlannedTopology
  readonly client: ClientFile
  readonly aws: AwsProfile
  readonly folder: StateFolder
  readonly seconds: number
  readonly view: StatusView
  /** A view of the catalog, to try; undefined when it has none. */
  readonly relation: string | undefined
}

/** What `everport up` ends its start with: where everything is, and commands to try that do something with this very topology. */
export function welcome(told: Welcome, style: TextStyle): string {
  const { plan, client, aws, folder, seconds, view } = told
  const paint = painter(style)
  const [server = { address: '127.0.0.1', port: 53 }] = client.dns
  const clusters = view.clusters.map(cluster => {
    const addresses = cluster.balancers.map(balancer => balancer.address)
    return [
      `${cluster.name} cluster`,
      `${addresses.join(', ')}  port ${client.port}  (${cluster.role ?? 'no failover'}: ${nodesText(cluster.nodes.length)})`,
    ]
  })
  const rows = [
    ['name', `${client.name}  port ${client.port}  database ${client.database}  user ${client.user}`],
    ...clusters,
    ['DNS', `${client.dns.map(({ address }) => address).join(', ')}  port ${server.port}`],
    [
      'credentials',
      `${shortPath(join(folder.path, 'client.json'))}, for psql ${shortPath(join(folder.path, 'pgpass'))}`,
    ],
    ['AWS APIs', `${aws.endpoint}  region ${aws.region}  credentials ${shortPath(aws.credentialsFile)}`],
    ...(plan.topology.tls.mode === 'off' || plan.topology.tls.certificate !== undefined
      ? []
      : [
          [
            'trust',
            `${shortPath(tlsFolder(folder.path).authorityFile)} for sslrootcert, with sslmode=verify-full`,
          ],
        ]),
    ['logs', shortPath(folder.logDir)],
  ]
  const keptDown = view.problems.filter(problem => problem.includes(' is kept down; '))
  return [
    '',
    `${paint.good('All healthy')} after ${seconds.toFixed(1)} s${keptDown.length === 0 ? '.' : ', but:'}`,
    ...keptDown.map(problem => `  ${paint.warn(problem)}`),
    '',
    ...rows.map(([label, value]) => `  ${(label ?? '').padEnd(16)}${value ?? ''}`),
    '',
    'Try, in another terminal:',
    ...commands(told, server).map(command => `  ${command}`),
    `Then kill something, and ask again: npx everport status --watch${stateOption(folder)} shows what happens.`,
    'Ctrl-C stops everything.',
    '',
  ].join('\n')
}

function commands({ client, aws, folder, view, relation }: Welcome, server: Endpoint): string[] {
  const host = view.clusters[0]?.balancers[0]?.address
  // Without clusters everything is made through the APIs, and there is nobody to ask SQL.
  if (host === undefined) {
    const files = `AWS_SHARED_CREDENTIALS_FILE=${shortPath(aws.credentialsFile)} AWS_CONFIG_FILE=${shortPath(join(folder.path, awsConfigFileName))}`
    return [`${files} aws --endpoint-url ${aws.endpoint} ec2 describe-vpcs`]
  }
  const statement = relation === undefined ? 'select 1' : `select * from ${relation} limit 5`
  return [
    `npx everport sql${stateOption(folder)} -c ${shellQuote(statement)}`,
    `dig @${server.address} -p ${server.port} ${client.name} +short`,
    `PGPASSFILE=${shortPath(join(folder.path, 'pgpass'))} psql "host=${host} port=${client.port} user=${client.user} dbname=${client.database}"`,
  ]
}

/** Commands look for the state in the current folder by themselves. */
function stateOption({ path }: StateFolder): string {
  return path === resolve(defaultStateDir) ? '' : ` --state ${shortPath(path)}`
}

function nodesText(count: number): string {
  return `${count} ${count === 1 ? 'node' : 'nodes'}`
}

function shellQuote(text: string): string {
  return `"${text.replaceAll(/["\\$`]/g, '\\$&')}"`
}

/** Relative to the current folder where that is shorter to type. */
function shortPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near !== '' && near.length < path.length ? near : path
}
