import type { IpPermission } from '@aws-sdk/client-ec2'
import { contains } from '../steps/targets.ts'
import type { WantedCluster } from '../wanted.ts'
import type { Finding } from './finding.ts'
import type { Observation } from './observe.ts'

/** A network load balancer has no security group of its own: the nodes must let in the whole range of the VPC. */
export function examineSecurityGroups({ groups }: WantedCluster, observed: Observation): Finding[] {
  const findings = new Map<string, Finding>()
  for (const { name, port } of groups) {
    for (const { Target } of observed.targets.get(name) ?? []) {
      const instance = observed.instances.get(Target?.Id ?? '')
      const ids = (instance?.SecurityGroups ?? []).map(({ GroupId }) => GroupId ?? '')
      const rules = ids.flatMap(id => observed.securityGroups.get(id)?.IpPermissions ?? [])
      if (instance === undefined || ids.length === 0) continue
      for (const range of observed.vpcRanges) {
        if (rules.some(rule => lets(rule, port, range))) continue
        const [first = ''] = ids
        findings.set(`${first} ${port} ${range}`, {
          what: `security group ${first} does not let all of ${range} connect to port ${port}: the balancer's checks and connections come from there`,
          mend: `aws ec2 authorize-security-group-ingress --group-id ${first} --protocol tcp --port ${port} --cidr ${range}`,
        })
      }
    }
  }
  return [...findings.values()]
}

function lets(
  { IpProtocol, FromPort, ToPort, IpRanges = [] }: IpPermission,
  port: number,
  range: string,
): boolean {
  const isPort =
    IpProtocol === '-1' || (IpProtocol === 'tcp' && (FromPort ?? 0) <= port && port <= (ToPort ?? -1))
  return isPort && IpRanges.some(({ CidrIp = '' }) => holds(CidrIp, range))
}

function holds(outer: string, inner: string): boolean {
  const bits = (cidr: string): number => Number(cidr.split('/')[1] ?? 32)
  return bits(outer) <= bits(inner) && contains(outer, inner.split('/')[0] ?? '')
}
