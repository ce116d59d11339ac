import { join, relative } from 'node:path'
import { tlsFolder } from '../io/local-authority.ts'
import type { StatusView } from '../resources/status-view.ts'
import type { AwsProfile } from './aws-profile.ts'
import type { ClientFile } from './client-file.ts'
import type { StateFolder } from './state-folder.ts'
import { painter, type TextStyle } from './status-text.ts'
import type { PlannedTopology } from './topology-plan.ts'

export interface Welcome {
  readonly plan: PlannedTopology
  readonly client: ClientFile
  readonly aws: AwsProfile
  readonly folder: StateFolder
  readonly seconds: number
  readonly view: StatusView
}

/** What `everport up` ends its start with: where everything is, and three commands to try. */
export function welcome({ plan, client, aws, folder, seconds, view }: Welcome, style: TextStyle): string {
  const paint = painter(style)
  const [server = { address: '127.0.0.1', port: 53 }] = client.dns
  const clusters = view.clusters.map(cluster => {
    const addresses = cluster.balancers.map(balancer => balancer.address)
    return [
      `${cluster.name} cluster`,
      `${addresses.join(', ')}  port ${client.port}  (${cluster.role ?? 'no failover'}: ${cluster.nodes.length} nodes)`,
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
  const host = view.clusters[0]?.balancers[0]?.address ?? '127.0.1.1'
  return [
    '',
    `${paint.good('All healthy')} after ${seconds.toFixed(1)} s.`,
    '',
    ...rows.map(([label, value]) => `  ${(label ?? '').padEnd(16)}${value ?? ''}`),
    '',
    'Try, in another terminal:',
    `  npx everport sql -c ${shellQuote('select * from late_cities limit 5')}`,
    `  dig @${server.address} -p ${server.port} ${client.name} +short`,
    `  PGPASSFILE=${shortPath(join(folder.path, 'pgpass'))} psql "host=${host} port=${client.port} user=${client.user} dbname=${client.database}"`,
    'Then kill something, and ask again: npx everport status --watch shows what happens.',
    'Ctrl-C stops everything.',
    '',
  ].join('\n')
}

function shellQuote(text: string): string {
  return `"${text.replaceAll(/["\\$`]/g, '\\$&')}"`
}

/** Relative to the current folder where that is shorter to type. */
function shortPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near !== '' && near.length < path.length ? near : path
}
