import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  goneAction as gone,
  pathCondition as path,
  refusal,
  rulesWorld as world,
} from '../../testing/elbv2-world.ts'
import { elbv2Limits } from './limits.ts'

test('what a rule cannot be is refused by AWS’s code and sentence, and nothing is changed', async () => {
  const { client, store, create, describe, ListenerArn, TargetGroupArn } = await world()
  const known = await create(1)
  const defaultArn = (await describe()).at(-1)?.RuleArn ?? ''
  const unknown = (known.RuleArn ?? '').replace(/.{4}$/, 'ffff')
  const other = await client.send(
    new sdk.CreateLoadBalancerCommand({ Name: 'nlb', Type: 'network', Subnets: ['subnet-a'] }),
  )
  const tcp = await client.send(
    new sdk.CreateTargetGroupCommand({ Name: 'tcp', Protocol: 'TCP', Port: 1, VpcId: 'vpc-1' }),
  )
  const tcpForward: sdk.Action[] = [
    { Type: 'forward', TargetGroupArn: tcp.TargetGroups?.[0]?.TargetGroupArn },
  ]
  const flows = await client.send(
    new sdk.CreateListenerCommand({
      LoadBalancerArn: other.LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: 'TCP',
      Port: 1,
      DefaultActions: tcpForward,
    }),
  )
  const revision = store.read().revision
  const long = `/${'x'.repeat(128)}`
  const header = (HttpHeaderName: string, ...Values: string[]): sdk.RuleCondition => ({
    Field: 'http-header',
    HttpHeaderConfig: { HttpHeaderName, Values },
  })
  const source = (...Values: string[]): sdk.RuleCondition => ({
    Field: 'source-ip',
    SourceIpConfig: { Values },
  })
  const conditions: [sdk.RuleCondition[], RegExp][] = [
    [[], /^ValidationError: A condition must be specified$/],
    [[path()], /^ValidationError: A condition value must be specified$/],
    [
      [{ Field: 'nonsense', Values: ['a'] }],
      /Condition field 'nonsense' must be one of '\[host-header, path/,
    ],
    [[path('/a'), path('/b')], /can only have one 'path-pattern' condition$/],
    [
      [path('/1', '/2', '/3', '/4', '/5', '/6')],
      /^ValidationError: A rule can only have '5' condition values$/,
    ],
    [[path('/*/*/*/*'), { Field: 'host-header', Values: ['*.a.*'] }], /'5' condition wildcards$/],
    [[path(long)], /cannot be longer than '128' characters$/],
    [[path('/a b')], /of field 'path-pattern' must have letters/],
    [[{ Field: 'host-header', Values: ['localhost'] }], /of field 'host-header' must have/],
    [[{ ...path('/a'), PathPatternConfig: { Values: ['/a'] } }], /either 'Values' or 'PathPatternConfig'/],
    [[{ ...path('/a'), HostHeaderConfig: { Values: ['a.b'] } }], /cannot have a 'HostHeaderConfig'$/],
    [[{ Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^a'] } }], /Regular expressions/],
    [[{ Field: 'source-ip', Values: ['10.0.0.0/8'] }], /has its values in 'SourceIpConfig'$/],
    [[source('10.0.0.1')], /must be in CIDR format$/],
    [[source('10.0.0.1/8')], /must be in CIDR format$/],
    [[header('Host', 'a')], /use 'host-header'$/],
    [[header('x y', 'a')], /HTTP header name 'x y'/],
    [[header('x', '')], /of field 'http-header' must have/],
    [
      [{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['get'] } }],
      /must have A-Z, '-' and '_' alone$/,
    ],
    [[{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'a' }] } }], /value must be specified$/],
  ]
  for (const [given, expected] of conditions) assert.match(await refusal(create(2, given)), expected)
  const modify = (input: Partial<sdk.ModifyRuleInput>) =>
    client.send(new sdk.ModifyRuleCommand({ RuleArn: known.RuleArn, ...input }))
  const remove = (RuleArn: string) => client.send(new sdk.DeleteRuleCommand({ RuleArn }))
  const order = (...pairs: [string | undefined, number][]) =>
    client.send(
      new sdk.SetRulePrioritiesCommand({
        RulePriorities: pairs.map(([RuleArn, Priority]) => ({ RuleArn, Priority })),
      }),
    )
  const cases: [Promise<unknown>, RegExp][] = [
    [create(1), /^PriorityInUse.*: Priority '1' is currently in use$/],
    [create(0), /^ValidationError.*'priority'/],
    [create(50_001), /^ValidationError.*'priority'/],
    [create(2, [path('/a')], []), /^ValidationError: An action must be specified$/],
    [create(2, [path('/a')], [{ Type: 'authenticate-cognito' }]), /^InvalidLoadBalancerAction/],
    [create(2, [path('/a')], tcpForward), /^IncompatibleProtocols/],
    [
      client.send(
        new sdk.CreateRuleCommand({
          ListenerArn,
          Priority: 2,
          Conditions: [path('/a')],
          Actions: gone,
          Transforms: [{ Type: 'url-rewrite' }],
        }),
      ),
      /Transforms of rules are not served here$/,
    ],
    [
      client.send(
        new sdk.CreateRuleCommand({
          ListenerArn: flows.Listeners?.[0]?.ListenerArn,
          Priority: 2,
          Conditions: [path('/a')],
          Actions: tcpForward,
        }),
      ),
      /^InvalidConfigurationRequest.*application load balancers and dualstack/,
    ],
    [modify({ RuleArn: defaultArn }), /^OperationNotPermitted.*: Default rule '.*' cannot be modified/],
    [modify({ RuleArn: unknown }), /^RuleNotFound.*: One or more rules not found$/],
    [modify({ Conditions: [path('/a b')] }), /of field 'path-pattern'/],
    [modify({ Actions: tcpForward }), /^IncompatibleProtocols/],
    [remove(defaultArn), /^OperationNotPermitted.*: Default rule '.*' cannot be deleted$/],
    [remove(unknown), /^RuleNotFound/],
    [remove(ListenerArn), /^ValidationError: '.*' is not a valid listener rule ARN$/],
    [order([defaultArn, 2]), /^OperationNotPermitted/],
    [order([unknown, 2]), /^RuleNotFound/],
    [order([known.RuleArn, 2], [known.RuleArn, 3]), /more than once$/],
    [describe({}), /You must specify either listener rule ARNs or a listener ARN$/],
    [describe({ RuleArns: [unknown] }), /^RuleNotFound/],
    [client.send(new sdk.DeleteTargetGroupCommand({ TargetGroupArn })), /^ResourceInUse/],
  ]
  for (const [pending, expected] of cases) assert.match(await refusal(pending), expected)
  assert.equal(store.read().revision, revision)
})

test('rules that are made at once: each priority once', async () => {
  const { create, describe } = await world()
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, at) => refusal(create(1 + Math.floor(at / 2)))),
  )
  assert.equal(outcomes.filter(outcome => outcome === 'no error').length, 5)
  assert.equal(outcomes.filter(outcome => outcome.startsWith('PriorityInUse')).length, 5)
  assert.deepEqual(
    (await describe()).map(({ Priority }) => Priority),
    ['1', '2', '3', '4', '5', 'default'],
  )
})

test('a load balancer has a hundred rules at most', async () => {
  const { create } = await world()
  for (let priority = 1; priority <= elbv2Limits.rulesPerLoadBalancer; priority++) await create(priority)
  assert.match(await refusal(create(101)), /^TooManyRules.*: A load balancer can have 100 rules$/)
})

test('a load balancer names a hundred groups at most, and none that another has', async () => {
  const { client, create, group } = await world()
  const made = async (Name: string): Promise<sdk.TargetGroupTuple> => {
    const { TargetGroups } = await client.send(new sdk.CreateTargetGroupCommand({ ...group, Name }))
    return { TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn }
  }
  const forward = (...TargetGroups: sdk.TargetGroupTuple[]): sdk.Action[] => [
    { Type: 'forward', ForwardConfig: { TargetGroups } },
  ]
  const theirs = await made('theirs')
  const other = await client.send(
    new sdk.CreateLoadBalancerCommand({ Name: 'other', Subnets: ['subnet-a', 'subnet-b'] }),
  )
  await client.send(
    new sdk.CreateListenerCommand({
      LoadBalancerArn: other.LoadBalancers?.[0]?.LoadBalancerArn,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: forward(theirs),
    }),
  )
  assert.match(await refusal(create(1, [path('/a')], forward(theirs))), /^TargetGroupAssociationLimit/)

  const { targetGroupsPerLoadBalancer: max, targetGroupsPerAction: each } = elbv2Limits
  const tuples: sdk.TargetGroupTuple[] = []
  // The default action has one already.
  for (let at = 1; at < max; at++) tuples.push(await made(`group-${at}`))
  for (let at = 0; at < tuples.length; at += each)
    await create(at + 1, [path('/a')], forward(...tuples.slice(at, at + each)))
  assert.match(
    await refusal(create(1_000, [path('/a')], forward(await made('last')))),
    /^TooManyUniqueTargetGroupsPerLoadBalancer.*: A load balancer can have 100 unique target groups$/,
  )
  assert.match(
    await refusal(create(1_000, [path('/a')], forward(...tuples.slice(0, each + 1)))),
    /^TooManyTargetGroups.*: An action can have 5 target groups$/,
  )
})
