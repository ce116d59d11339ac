import type { WantedCluster } from '../wanted.ts'
import type { Finding } from './finding.ts'
import type { Observation } from './observe.ts'

/**
 * A node sends clients to its advertised host for their second step: that must be the balancer's name, and the auxiliary port one of its own. What a node was
 * told stands in its user data.
 */
export function examineAdvertisedHosts({ cluster, groups }: WantedCluster, observed: Observation): Finding[] {
  const host = observed.loadBalancers.get(cluster.name)?.DNSName
  if (host === undefined) return []
  const ids = new Set(
    groups.flatMap(({ name }) => (observed.targets.get(name) ?? []).map(({ Target }) => Target?.Id ?? '')),
  )
  const auxiliaryPorts = new Map<string, string>()
  return [...ids].flatMap(id => {
    const told = observed.userData.get(id)
    if (told === undefined) return []
    const findings: Finding[] = []
    const advertised = valueIn(told, 'advertisedHost', 'registryURL')
    if (advertised !== undefined && advertised.toLowerCase() !== host.toLowerCase()) {
      findings.push({
        what: `${id} advertises ${advertised}: clients would pass by the balancer; its name is ${host}`,
        mend: 'everport apply FILE   # replaces the node, or set its advertised host and restart it',
      })
    }
    const port = valueIn(told, 'auxiliary', 'factoryPort')
    const other = port === undefined ? undefined : auxiliaryPorts.get(port)
    if (port !== undefined && other !== undefined) {
      findings.push({
        what: `${id} and ${other} have the same auxiliary port ${port}: a second step may reach the wrong one`,
        mend: 'give each node an auxiliary port of its own, and run: everport apply FILE',
      })
    }
    if (port !== undefined) auxiliaryPorts.set(port, id)
    return findings
  })
}

/** From a node's configuration, or from the script that configures a Denodo server. */
function valueIn(text: string, jsonKey: string, property: string): string | undefined {
  const json = new RegExp(`"?${jsonKey}"?\\s*:\\s*"?([^",\\s}]+)`).exec(text)
  const script = new RegExp(`\\.${property}'?\\s*[= ]\\s*'?([^'\\s]+)`).exec(text)
  return json?.[1] ?? script?.[1]
}
