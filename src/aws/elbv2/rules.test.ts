import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  goneAction as gone,
  pathCondition as path,
  refusal,
  rulesWorld as world,
} from '../../testing/elbv2-world.ts'

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
