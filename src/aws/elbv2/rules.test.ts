import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { elbv2World, httpBalancer, refusal } from '../../testing/elbv2-world.ts'
import { elbv2Limits } from './limits.ts'

const path = (...Values: string[]): sdk.RuleCondition => ({ Field: 'path-pattern', Values })
const gone: sdk.Action[] = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '410' } }]

async function world() {
  const { client, store } = await elbv2World()
  const made = await httpBalancer(client)
  const { ListenerArn } = made
  const create = async (
    Priority: number,
    Conditions: sdk.RuleCondition[] = [path('/a')],
    Actions: sdk.Action[] = gone,
  ): Promise<sdk.Rule> => {
    const { Rules } = await client.send(
      new sdk.CreateRuleCommand({ ListenerArn, Priority, Conditions, Actions }),
    )
    return Rules?.[0] ?? {}
  }
  const describe = async (input: Partial<sdk.DescribeRulesInput> = { ListenerArn }) =>
    (await client.send(new sdk.DescribeRulesCommand(input))).Rules ?? []
  return { client, store, create, describe, ...made }
}

test('rules are told in the order in which they are tried, the default last, in AWS’s forms', async () => {
  const { create, describe, ListenerArn, TargetGroupArn, client } = await world()
  const late = await create(
    20,
    [{ Field: 'host-header', HostHeaderConfig: { Values: ['*.example.com'] } }],
    [{ Type: 'forward', TargetGroupArn }],
  )
  await create(3, [
    path('/img/*', '/*.png'),
    { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
    { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '2' }] } },
  ])
  const rules = await describe()
  assert.deepEqual(
    rules.map(({ Priority, IsDefault }) => [Priority, IsDefault]),
    [
      ['3', false],
      ['20', false],
      ['default', true],
    ],
  )
  assert.match(late.RuleArn ?? '', /:listener-rule\/app\/shop\/[0-9a-f]{16}\/[0-9a-f]{16}\/[0-9a-f]{16}$/)
  assert.ok(late.RuleArn?.startsWith(ListenerArn.replace(':listener/', ':listener-rule/')))
  assert.deepEqual(rules[1]?.Conditions, [
    { Field: 'host-header', Values: ['*.example.com'], HostHeaderConfig: { Values: ['*.example.com'] } },
  ])
  assert.deepEqual(rules[0]?.Conditions?.slice(1), [
    { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
    { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '2' }] } },
  ])
  assert.deepEqual(rules[2]?.Conditions, [])
  assert.deepEqual(
    await describe({ RuleArns: [late.RuleArn ?? '', rules[2]?.RuleArn ?? ''] }),
    rules.slice(1),
  )

  const first = await client.send(new sdk.DescribeRulesCommand({ ListenerArn, PageSize: 2 }))
  const Marker = first.NextMarker
  assert.ok(Marker)
  const rest = await client.send(new sdk.DescribeRulesCommand({ ListenerArn, PageSize: 2, Marker }))
  assert.deepEqual([...(first.Rules ?? []), ...(rest.Rules ?? [])], rules)
  assert.equal(rest.NextMarker, undefined)
})

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

test('priorities change all at once: two rules change places, and what is taken stays taken', async () => {
  const { client, store, create, describe } = await world()
  const [a, b, c] = [await create(1), await create(2), await create(3)]
  const order = (...pairs: [sdk.Rule, number][]) =>
    client.send(
      new sdk.SetRulePrioritiesCommand({
        RulePriorities: pairs.map(([{ RuleArn }, Priority]) => ({ RuleArn, Priority })),
      }),
    )
  const { Rules } = await order([a, 2], [b, 1])
  assert.deepEqual(
    Rules?.map(({ Priority }) => Priority),
    ['2', '1'],
  )
  const arns = async () => (await describe()).slice(0, -1).map(({ RuleArn }) => RuleArn)
  assert.deepEqual(await arns(), [b.RuleArn, a.RuleArn, c.RuleArn])
  const revision = store.read().revision
  assert.match(await refusal(order([a, 3])), /^PriorityInUse.*: Priority '3' is currently in use$/)
  assert.match(
    await refusal(order([a, 9], [b, 9])),
    /^ValidationError: Priority '9' was provided multiple times$/,
  )
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

test('groups say whom they serve through rules too, and rules go and move with their listener', async () => {
  const { client, store, create, describe, ListenerArn, LoadBalancerArn, group } = await world()
  const { TargetGroups } = await client.send(new sdk.CreateTargetGroupCommand({ ...group, Name: 'images' }))
  const imagesArn = TargetGroups?.[0]?.TargetGroupArn
  const servedBy = async () => {
    const told = await client.send(new sdk.DescribeTargetGroupsCommand({ Names: ['images'] }))
    return told.TargetGroups?.[0]?.LoadBalancerArns
  }
  const forward: sdk.Action[] = [{ Type: 'forward', TargetGroupArn: imagesArn }]
  const { RuleArn } = await create(5, [path('/img/*')], forward)
  assert.deepEqual(await servedBy(), [LoadBalancerArn])
  await client.send(new sdk.ModifyRuleCommand({ RuleArn, Actions: gone }))
  assert.deepEqual(await servedBy(), [])
  await client.send(new sdk.ModifyRuleCommand({ RuleArn, Actions: forward, Conditions: [path('/i/*')] }))
  assert.deepEqual(await servedBy(), [LoadBalancerArn])

  await client.send(
    new sdk.AddTagsCommand({ ResourceArns: [RuleArn ?? ''], Tags: [{ Key: 'a', Value: '1' }] }),
  )
  await client.send(new sdk.ModifyListenerCommand({ ListenerArn, Port: 8081 }))
  const moved = await describe()
  assert.deepEqual(
    moved.map(rule => [rule.RuleArn === RuleArn, rule.Conditions?.[0]?.Values]),
    [
      [true, ['/i/*']],
      [false, undefined],
    ],
  )
  assert.deepEqual(
    store
      .read()
      .list('elbv2/rule/')
      .map(({ key }) => key.split('/').slice(0, 4).join('/')),
    ['elbv2/rule/shop/8081'],
  )

  const other = await client.send(
    new sdk.CreateListenerCommand({
      LoadBalancerArn,
      Port: 81,
      Protocol: 'HTTP',
      DefaultActions: forward,
    }),
  )
  await client.send(new sdk.DeleteRuleCommand({ RuleArn }))
  assert.deepEqual(await servedBy(), [LoadBalancerArn])
  await client.send(new sdk.DeleteListenerCommand({ ListenerArn: other.Listeners?.[0]?.ListenerArn }))
  assert.deepEqual(await servedBy(), [])
  assert.deepEqual(store.read().list('elbv2/tags/'), [])

  await create(6, [path('/img/*')], forward)
  await client.send(new sdk.DeleteListenerCommand({ ListenerArn }))
  assert.deepEqual(store.read().list('elbv2/rule/'), [])
  assert.deepEqual(await servedBy(), [])
})

test('a load balancer’s rules and their tags go with it', async () => {
  const { client, store, ListenerArn, LoadBalancerArn } = await world()
  await client.send(
    new sdk.CreateRuleCommand({
      ListenerArn,
      Priority: 1,
      Conditions: [path('/a')],
      Actions: gone,
      Tags: [{ Key: 'a', Value: '1' }],
    }),
  )
  assert.equal(store.read().list('elbv2/rule/').length, 1)
  await client.send(new sdk.DeleteLoadBalancerCommand({ LoadBalancerArn }))
  for (const prefix of ['elbv2/rule/', 'elbv2/listener/', 'elbv2/tags/', 'ec2/private-address/'])
    assert.deepEqual(store.read().list(prefix), [], prefix)
})
