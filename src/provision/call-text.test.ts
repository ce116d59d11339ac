import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callLine, kebab } from './call-text.ts'

test('names of members and operations as the aws CLI has them', () => {
  const names: Record<string, string> = {
    TargetGroupArn: 'target-group-arn',
    LoadBalancerArns: 'load-balancer-arns',
    HealthCheckIntervalSeconds: 'health-check-interval-seconds',
    VpcId: 'vpc-id',
    CreateListener: 'create-listener',
  }
  for (const [name, expected] of Object.entries(names)) assert.equal(kebab(name), expected)
})

test('a call in one line: what it does to what', () => {
  const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/active-odbc/6d0ecf831eec9f09'
  assert.equal(
    callLine({
      service: 'elbv2',
      operation: 'RegisterTargets',
      input: { TargetGroupArn: arn, Targets: [{ Id: 'i-1', Port: 9996 }] },
    }),
    '+ register targets  active-odbc  i-1',
  )
  assert.equal(
    callLine({
      service: 'elbv2',
      operation: 'DeleteLoadBalancer',
      input: { LoadBalancerArn: arn.replace('targetgroup/', 'loadbalancer/net/') },
    }),
    '- delete load balancer  active-odbc',
  )
  assert.equal(
    callLine({
      service: 'route53',
      operation: 'ChangeResourceRecordSets',
      input: {
        HostedZoneId: 'Z1',
        ChangeBatch: {
          Changes: [
            { Action: 'UPSERT', ResourceRecordSet: { Name: 'data.demo.test.', SetIdentifier: 'active' } },
          ],
        },
      },
    }),
    '~ change resource record sets  Z1  UPSERT data.demo.test. active',
  )
})
