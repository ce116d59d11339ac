import type { TestContext } from 'node:test'
import { type ChildServer, startChildServer } from './child-server.ts'
import { encodeQuery } from './dns-ask.ts'
import { labelsOf } from './dns-zones.ts'

/** Master files by zone name. */
export type MasterFiles = Readonly<Record<string, string>>

const fileOf = (zone: string): string => `${zone}zone`

function soaQuery(zones: MasterFiles): Buffer {
  return encodeQuery({ id: 1, labels: labelsOf(Object.keys(zones).at(-1) ?? '.'), type: 6 })
}

function filesOf(zones: MasterFiles): Record<string, string> {
  return Object.fromEntries(Object.entries(zones).map(([zone, text]) => [fileOf(zone), text]))
}

/** NSD, which answers everything that it may: no rate limit, no cookies. */
export function startNsd(t: Pick<TestContext, 'after'>, zones: MasterFiles): Promise<ChildServer> {
  return startChildServer(t, soaQuery(zones), (folder, { address, port }) => {
    const zoneLines = Object.keys(zones).map(
      zone => `zone:\n  name: "${zone}"\n  zonefile: "${folder}/${fileOf(zone)}"`,
    )
    const config = `server:
  ip-address: ${address}@${port}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  pidfile: ""
  zonesdir: "${folder}"
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  rrl-ratelimit: 0
  minimal-responses: yes
remote-control:
  control-enable: no
${zoneLines.join('\n')}
`
    return {
      command: ['nsd', '-d', '-c', `${folder}/nsd.conf`],
      files: { 'nsd.conf': config, ...filesOf(zones) },
    }
  })
}

export function startKnot(t: Pick<TestContext, 'after'>, zones: MasterFiles): Promise<ChildServer> {
  return startChildServer(t, soaQuery(zones), (folder, { address, port }) => {
    const config = `server:
  rundir: "${folder}"
  listen: ${address}@${port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
log:
  - target: stderr
    any: warning
database:
  storage: "${folder}"
template:
  - id: default
    storage: "${folder}"
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    file: "%s.zone"
zone:
${Object.keys(zones)
  .map(zone => `  - domain: "${zone}"\n    file: "${fileOf(zone)}"`)
  .join('\n')}
`
    return {
      command: ['knotd', '-c', `${folder}/knot.conf`],
      files: { 'knot.conf': config, ...filesOf(zones) },
    }
  })
}
