import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import * as elb from '@aws-sdk/client-elastic-load-balancing'
import { clientSettings } from './aws-client.ts'
import { eventually, startEverport } from './everport.ts'

test('a Classic load balancer of the API carries SQL and HTTP to instances, and follows what becomes of them', async t => {
  const everport = await startEverport(t)
  const settings = clientSettings(everport)
  const [client, ec2] = [new elb.ElasticLoadBalancingClient(settings), new EC2Client(settings)]
  const { odbc, web } = everport.ports
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}))
  const nodes = Reservations.flatMap(({ Instances = [] }) => Instances).filter(({ Tags = [] }) =>
    Tags.some(({ Key, Value }) => Key === 'Name' && Value?.startsWith('active-')),
  )
  const names = nodes.map(({ Tags = [] }) => Tags.find(({ Key }) => Key === 'Name')?.Value)
  const zones = nodes.map(({ Placement }) => Placement?.AvailabilityZone ?? '')
  assert.equal(new Set(zones).size, 2, JSON.stringify(Reservations))
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}))
  const VpcId = Subnets[0]?.VpcId
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'old', Description: 'old', VpcId }),
  )
  const open = (port: number) => ({
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp: '127.0.0.0/8' }],
  })
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [open(odbc), open(web)] }),
  )
  const LoadBalancerName = 'old'
  const { DNSName } = await client.send(
    new elb.CreateLoadBalancerCommand({
      LoadBalancerName,
      AvailabilityZones: zones,
      SecurityGroups: [GroupId ?? ''],
      Listeners: [
        { Protocol: 'TCP', LoadBalancerPort: odbc, InstancePort: odbc },
        { Protocol: 'HTTP', LoadBalancerPort: web, InstancePort: web },
      ],
    }),
  )
  await client.send(
    new elb.ConfigureHealthCheckCommand({
      LoadBalancerName,
      HealthCheck: {
        Target: `HTTP:${web}/health/ready`,
        Interval: 5,
        Timeout: 2,
        HealthyThreshold: 2,
        UnhealthyThreshold: 2,
      },
    }),
  )
  const Instances = nodes.map(({ InstanceId }) => ({ InstanceId }))
  await client.send(new elb.RegisterInstancesWithLoadBalancerCommand({ LoadBalancerName, Instances }))
  await elb.waitUntilInstanceInService(
    { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { LoadBalancerName, Instances },
  )
  const addresses = await eventually(
    'its name answers the address of each zone',
    30_000,
    () => everport.dns(DNSName),
    answer => answer.length === 2,
  )
  const nodeOf = async (address: string): Promise<unknown> =>
    (await everport.query({ address, port: odbc }, 'SHOW everport.node'))[0]?.[0]
  const live = async (address: string): Promise<number> =>
    (await fetch(`http://${address}:${web}/health/live`)).status
  for (const address of addresses) {
    assert.ok(names.includes(String(await nodeOf(address))))
    assert.equal(await live(address), 200)
  }

  // From when it answers, the instance is sent nothing more.
  const Gone = [{ InstanceId: nodes[0]?.InstanceId }]
  await client.send(new elb.DeregisterInstancesFromLoadBalancerCommand({ LoadBalancerName, Instances: Gone }))
  for (const address of addresses)
    for (let again = 0; again < 5; again++) assert.equal(await nodeOf(address), names[1])

  await client.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerName }))
  for (const address of addresses) await assert.rejects(live(address))
})
