import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { wantedIn } from '../../testing/wanted-topology.ts'
import type { Wanted, WantedGroup } from '../wanted.ts'
import { examine } from './examine.ts'
import type { Observation } from './observe.ts'

const wanted: Wanted = wantedIn(readFileSync('examples/active-passive.yaml', 'utf8'))

const idOf = (node: string): string => `i-${node}`
const arnOf = (name: string): string => `arn:${name}`
const hostOf = (cluster: string): string => `${cluster}.elb.demo.test`

function healthy(id: string, port: number): TargetHealthDescription {
  return { Target: { Id: id, Port: port }, TargetHealth: { State: 'healthy' } }
}

/** All as the guide wants it. */
function sound(): { -readonly [K in keyof Observation]: Observation[K] } {
  const groups: WantedGroup[] = wanted.clusters.flatMap(cluster => [...cluster.groups])
  const nodes = wanted.clusters.flatMap(({ cluster, nodes: own }) =>
    own.map(({ node }) => ({ node, cluster: cluster.name })),
  )
  return {
    vpcRanges: ['10.0.0.0/16'],
    loadBalancers: new Map(
      wanted.clusters.map(({ cluster: { name } }) => [
        name,
        { LoadBalancerArn: arnOf(name), DNSName: hostOf(name) },
      ]),
    ),
    listeners: new Map(
      wanted.clusters.map(({ cluster, groups: own }) => [
        cluster.name,
        own.map(({ name, port }) => ({
          ListenerArn: arnOf(`listener-${name}`),
          Port: port,
          DefaultActions: [{ Type: 'forward' as const, TargetGroupArn: arnOf(name) }],
        })),
      ]),
    ),
    targetGroups: new Map(groups.map(({ name }) => [name, { TargetGroupArn: arnOf(name) }])),
    targets: new Map(
      groups.map(({ name, port, nodes: own }) => [name, own.map(node => healthy(idOf(node), port))]),
    ),
    instances: new Map(
      nodes.map(({ node }) => [
        idOf(node.name),
        { InstanceId: idOf(node.name), SecurityGroups: [{ GroupId: 'sg-1' }] },
      ]),
    ),
    userData: new Map(
      nodes.map(({ node, cluster }) => [
        idOf(node.name),
        JSON.stringify({ advertisedHost: hostOf(cluster), ports: { auxiliary: node.auxiliaryPort } }),
      ]),
    ),
    securityGroups: new Map([
      [
        'sg-1',
        {
          IpPermissions: [
            { IpProtocol: 'tcp', FromPort: 9000, ToPort: 29_997, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
          ],
        },
      ],
    ]),
    hostedZoneId: 'Z1',
    records: (['PRIMARY', 'SECONDARY'] as const).map(Failover => ({
      Name: 'data.demo.test.',
      Type: 'A',
      Failover,
      AliasTarget: { EvaluateTargetHealth: true, HostedZoneId: 'Z2', DNSName: 'x.' },
    })),
  }
}

function found(change: (observed: ReturnType<typeof sound>) => void): string[] {
  const observed = sound()
  change(observed)
  return examine(wanted, observed).map(({ what, mend }) => {
    assert.ok(mend.length > 0)
    return what
  })
}

test('nothing is found where all is as the guide wants it', () => {
  assert.deepEqual(
    found(() => undefined),
    [],
  )
})

test('each warning of the guide is found, and only that', () => {
  const cases: [RegExp, (observed: ReturnType<typeof sound>) => void][] = [
    [
      /active-aux-19997 holds 2 nodes/,
      o => {
        o.targets = new Map([
          ...o.targets,
          ['active-aux-19997', [healthy('i-active-a-1', 19_997), healthy('i-active-b-1', 19_997)]],
        ])
      },
    ],
    [
      /active-aux-29997 is empty/,
      o => {
        o.targets = new Map([...o.targets, ['active-aux-29997', []]])
      },
    ],
    [
      /active-odbc lacks i-active-b-1/,
      o => {
        o.targets = new Map([...o.targets, ['active-odbc', [healthy('i-active-a-1', 9996)]]])
      },
    ],
    [
      /active-web sends to port 80 of i-active-a-1, wanted: 9090/,
      o => {
        o.targets = new Map([
          ...o.targets,
          ['active-web', [healthy('i-active-a-1', 80), healthy('i-active-b-1', 9090)]],
        ])
      },
    ],
    [
      /i-active-a-1 is unhealthy in active-runtime: Health checks failed/,
      o => {
        const ill = { State: 'unhealthy' as const, Description: 'Health checks failed' }
        o.targets = new Map([
          ...o.targets,
          [
            'active-runtime',
            [
              { Target: { Id: 'i-active-a-1', Port: 9999 }, TargetHealth: ill },
              healthy('i-active-b-1', 9999),
            ],
          ],
        ])
      },
    ],
    [
      /there is no target group passive-web/,
      o => {
        o.targets = new Map([...o.targets].filter(([name]) => name !== 'passive-web'))
      },
    ],
    [
      /listener on port 9996 of active does not lead to active-odbc/,
      o => {
        const wrong = o.listeners.get('active')?.map(each => ({
          ...each,
          DefaultActions:
            each.Port === 9996
              ? [{ Type: 'forward' as const, TargetGroupArn: arnOf('active-web') }]
              : each.DefaultActions,
        }))
        o.listeners = new Map([...o.listeners, ['active', wrong ?? []]])
      },
    ],
    [
      /active has no listener on port 19997/,
      o => {
        const fewer = o.listeners.get('active')?.filter(({ Port }) => Port !== 19_997)
        o.listeners = new Map([...o.listeners, ['active', fewer ?? []]])
      },
    ],
    [
      /i-active-a-1 advertises 10\.0\.0\.1: clients would pass by the balancer/,
      o => {
        const data = JSON.stringify({ advertisedHost: '10.0.0.1', ports: { auxiliary: 19_997 } })
        o.userData = new Map([...o.userData, ['i-active-a-1', data]])
      },
    ],
    [
      /have the same auxiliary port 19997/,
      o => {
        const data = JSON.stringify({ advertisedHost: hostOf('active'), ports: { auxiliary: 19_997 } })
        o.userData = new Map([...o.userData, ['i-active-b-1', data]])
      },
    ],
    [
      /neither evaluates its target’s health nor has a health check/,
      o => {
        o.records = o.records.map(record => ({
          ...record,
          AliasTarget: { EvaluateTargetHealth: false, HostedZoneId: 'Z2', DNSName: 'x.' },
        }))
      },
    ],
    [
      /has no SECONDARY record/,
      o => {
        o.records = o.records.slice(0, 1)
      },
    ],
    [
      /there is no hosted zone demo\.test\./,
      o => {
        o.hostedZoneId = undefined
      },
    ],
  ]
  for (const [expected, change] of cases) {
    const sentences = found(change)
    assert.equal(sentences.length, 1, `${expected}: ${sentences.join('; ')}`)
    assert.match(sentences[0] ?? '', expected)
  }
})

test('a security group that lets in only a part of the VPC is told once for each port', () => {
  const sentences = found(o => {
    o.securityGroups = new Map([
      [
        'sg-1',
        {
          IpPermissions: [
            { IpProtocol: 'tcp', FromPort: 9000, ToPort: 29_997, IpRanges: [{ CidrIp: '10.0.1.0/24' }] },
            { IpProtocol: '-1', IpRanges: [{ CidrIp: '192.168.0.0/16' }] },
          ],
        },
      ],
    ])
  })
  assert.equal(sentences.length, 5)
  assert.match(sentences[0] ?? '', /sg-1 does not let all of 10\.0\.0\.0\/16 connect to port 9999/)
})
