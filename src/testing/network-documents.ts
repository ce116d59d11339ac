import { instanceKey } from '../resources/instances.ts'
import {
  elasticAddressKey,
  type SecurityGroupDocument,
  type SubnetDocument,
  securityGroupKey,
  subnetKey,
  type VpcDocument,
  vpcKey,
} from '../resources/network.ts'
import type { Change } from '../store/store.ts'
import { clusterDocuments } from './cluster-documents.ts'

/** `vpc-1` with `subnet-a` and `subnet-b` of eight addresses each, `sg-1`, `eipalloc-1`, and instances i-0000000a and i-0000000b that run. */
export function networkDocuments(): Change[] {
  const vpc: VpcDocument = { Vpc: { VpcId: 'vpc-1', CidrBlock: '127.0.0.0/16' } }
  const group: SecurityGroupDocument = {
    SecurityGroup: { GroupId: 'sg-1', GroupName: 'default', VpcId: 'vpc-1' },
  }
  const subnet = (letter: string, CidrBlock: string): Change => {
    const SubnetId = `subnet-${letter}`
    const value: SubnetDocument = {
      Subnet: { SubnetId, VpcId: 'vpc-1', CidrBlock, AvailabilityZone: `us-east-1${letter}` },
    }
    return { key: subnetKey(SubnetId), value }
  }
  const [instance] = Object.entries(clusterDocuments()).filter(([key]) => key.startsWith('ec2/instance/'))
  return [
    { key: vpcKey('vpc-1'), value: vpc },
    subnet('a', '127.0.16.0/29'),
    subnet('b', '127.0.17.0/29'),
    { key: securityGroupKey('sg-1'), value: group },
    {
      key: elasticAddressKey('eipalloc-1'),
      value: { Address: { AllocationId: 'eipalloc-1', PublicIp: '127.0.99.1' } },
    },
    ...['i-0000000a', 'i-0000000b'].map(id => ({ key: instanceKey(id), value: instance?.[1] })),
  ]
}
