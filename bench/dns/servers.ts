import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ChildServer, startChildServer } from '../../test/compat/child-server.ts'
import { encodeQuery } from '../../test/compat/dns-ask.ts'
import { bundled } from '../bundled.ts'
import { masterFile, zoneName } from './zone.ts'

type Context = Parameters<typeof startChildServer>[0]

export interface Server {
  readonly name: string
  /** Absent: ours. */
  readonly program?: string
  start(context: Context): Promise<ChildServer>
}

const labels = zoneName
  .split('.')
  .filter(label => label !== '')
  .map(label => Buffer.from(label))
const soaQuery = encodeQuery({ id: 1, labels, type: 6 })

/** Each with one thread for UDP, as ours has. */
export const servers: readonly Server[] = [
  {
    name: 'everport',
    async start(context) {
      const file = await bundled(context, './dns/server.ts')
      return startChildServer(context, soaQuery, (_, { address, port }) => ({
        command: [process.execPath, file, address, String(port)],
        files: {},
      }))
    },
  },
  {
    name: 'gdnsd',
    program: 'gdnsd',
    start: context => startChildServer(context, soaQuery, gdnsd),
  },
  {
    name: 'PowerDNS',
    program: 'pdns_server',
    start: context => startChildServer(context, soaQuery, powerDns),
  },
]

/** Its failover name is a DYNA record of the simplefo plugin, whose addresses are taken to be up. */
function gdnsd(folder: string, { address, port }: ChildServer['at']) {
  for (const name of ['zones', 'run', 'state']) mkdirSync(join(folder, name))
  writeFileSync(
    join(folder, 'zones', zoneName.slice(0, -1)),
    masterFile({ failover: 'data 5 DYNA simplefo!data' }),
  )
  const config = `options => { listen => [ ${address}:${port} ], run_dir => ${folder}/run, state_dir => ${folder}/state,
  udp_threads => 1, tcp_threads => 1 }
plugins => { simplefo => { data => { primary => 127.0.1.1, secondary => 127.0.2.1, service_types => up } } }
`
  return { command: ['gdnsd', '-c', folder, 'start'], files: { config } }
}

function powerDns(folder: string, { address, port }: ChildServer['at']) {
  return {
    command: ['pdns_server', `--config-dir=${folder}`],
    files: {
      'pdns.conf': `launch=bind
bind-config=${folder}/named.conf
socket-dir=${folder}
local-address=${address}
local-port=${port}
receiver-threads=1
daemon=no
guardian=no
loglevel=3
`,
      'named.conf': `zone "${zoneName.slice(0, -1)}" { type master; file "${folder}/zone"; };\n`,
      zone: masterFile({ failover: 'data 5 A 127.0.1.1' }),
    },
  }
}
