import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SubnetDocument, subnetKey } from '../../resources/network.ts'
import { memoryStore } from '../../store/memory-store.ts'
import { AwsRefusal } from '../refusal.ts'
import { elasticAddressNamed, securityGroupNamed, subnetNamed, vpcNamed } from './network-references.ts'

test('what is named is found, or refused by AWS’s code', async () => {
  const store = memoryStore()
  const subnet: SubnetDocument = {
    Subnet: {
      SubnetId: 'subnet-1',
      VpcId: 'vpc-1',
      CidrBlock: '127.0.16.0/20',
      AvailabilityZone: 'us-east-1a',
    },
  }
  await store.commit([], [{ key: subnetKey('subnet-1'), value: subnet }])
  assert.equal(subnetNamed(store.read(), 'subnet-1').AvailabilityZone, 'us-east-1a')
  const refusals: [() => unknown, string][] = [
    [() => subnetNamed(store.read(), 'subnet-2'), 'SubnetNotFound'],
    [() => securityGroupNamed(store.read(), 'sg-1'), 'InvalidSecurityGroup'],
    [() => elasticAddressNamed(store.read(), 'eipalloc-1'), 'AllocationIdNotFound'],
    [() => vpcNamed(store.read(), 'vpc-1'), 'ValidationError'],
  ]
  for (const [look, code] of refusals)
    assert.throws(look, error => error instanceof AwsRefusal && error.code === code)
})
