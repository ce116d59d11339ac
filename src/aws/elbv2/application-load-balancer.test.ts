import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { elbv2World, httpBalancer, refusal } from '../../testing/elbv2-world.ts'

test('an application load balancer has an ARN of its type, its VPC’s default security group, and the attributes of its type', async () => {
  const { client } = await elbv2World()
  const { LoadBalancerArn, created, ListenerArn } = await httpBalancer(client)
  assert.match(LoadBalancerArn, /:loadbalancer\/app\/shop\/[0-9a-f]{16}$/)
  assert.match(ListenerArn, /:listener\/app\/shop\/[0-9a-f]{16}\/[0-9a-f]{16}$/)
  assert.deepEqual([created?.Type, created?.SecurityGroups], ['application', ['sg-1']])
  const { Attributes = [] } = await client.send(
    new sdk.DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }),
  )
  const told = Object.fromEntries(Attributes.map(({ Key = '', Value }) => [Key, Value]))
  assert.equal(told['idle_timeout.timeout_seconds'], '60')
  assert.equal(told['client_keep_alive.seconds'], '3600')
  assert.equal(told['routing.http2.enabled'], 'true')
  assert.equal(told['load_balancing.cross_zone.enabled'], 'true')
  assert.equal(told['dns_record.client_routing_policy'], undefined)

  const again = await httpBalancer(client)
  assert.deepEqual([again.LoadBalancerArn, again.ListenerArn], [LoadBalancerArn, ListenerArn])
})

test('what an application load balancer cannot be is refused by AWS’s code and sentence, and nothing is changed', async () => {
  const { client, store } = await elbv2World()
  const { LoadBalancerArn, TargetGroupArn, alb, listener } = await httpBalancer(client)
  const tcp = await client.send(
    new sdk.CreateTargetGroupCommand({ Name: 'tcp', Protocol: 'TCP', Port: 1, VpcId: 'vpc-1' }),
  )
  const tcpArn = tcp.TargetGroups?.[0]?.TargetGroupArn
  const revision = store.read().revision
  const create = (changed: Partial<sdk.CreateLoadBalancerCommandInput>) =>
    client.send(new sdk.CreateLoadBalancerCommand({ ...alb, Name: 'other', ...changed }))
  const attribute = (Key: string, Value: string) =>
    client.send(
      new sdk.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: [{ Key, Value }] }),
    )
  const listen = (changed: Partial<sdk.CreateListenerCommandInput>) =>
    client.send(new sdk.CreateListenerCommand({ ...listener, Port: 81, ...changed }))
  const cases: [Promise<unknown>, RegExp][] = [
    [
      create({ Subnets: ['subnet-a'] }),
      /^ValidationError: At least two subnets in two different Availability Zones must be specified$/,
    ],
    [create({ Subnets: ['subnet-a', 'subnet-a'] }), /multiple subnets in the same Availability Zone$/],
    [
      create({
        Subnets: undefined,
        SubnetMappings: [{ SubnetId: 'subnet-a', AllocationId: 'eipalloc-1' }, { SubnetId: 'subnet-b' }],
      }),
      /cannot specify addresses of subnets/,
    ],
    [create({ Type: 'gateway' }), /^InvalidConfigurationRequest.*'gateway' are not served here/],
    [create({ Name: 'shop', Type: 'network' }), /^DuplicateLoadBalancerName/],
    [
      attribute('dns_record.client_routing_policy', 'any_availability_zone'),
      /is not supported on load balancers with type 'application'$/,
    ],
    [attribute('idle_timeout.timeout_seconds', '4001'), /must be between '1-4000' inclusive$/],
    [attribute('load_balancing.cross_zone.enabled', 'false'), /must be one of 'true'$/],
    [
      attribute('nonsense', '1'),
      /^ValidationError: Load balancer attribute key 'nonsense' is not recognized$/,
    ],
    [listen({ Protocol: 'TCP' }), /^ValidationError: Listener protocol 'TCP' must be one of 'HTTPS, HTTP'$/],
    [
      listen({ DefaultActions: [{ Type: 'forward', TargetGroupArn: tcpArn }] }),
      /^IncompatibleProtocols.*: The listener and its associated target group '.*' have incompatible protocols: 'HTTP' and 'TCP'$/,
    ],
    [listen({ Protocol: 'HTTPS' }), /certificate must be specified for HTTPS listeners/],
    [
      listen({
        Protocol: 'HTTPS',
        Certificates: [{ CertificateArn: 'arn:aws:acm:r:1:certificate/c' }],
        AlpnPolicy: ['HTTP2Only'],
      }),
      /AlpnPolicy can be specified for TLS listeners only/,
    ],
    [listen({ MutualAuthentication: { Mode: 'verify' } }), /Mutual authentication mode 'verify'/],
    [
      client.send(new sdk.SetSubnetsCommand({ LoadBalancerArn, Subnets: ['subnet-a'] })),
      /^ValidationError: At least two subnets/,
    ],
    [
      client.send(new sdk.SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: ['sg-9'] })),
      /^InvalidSecurityGroup/,
    ],
    [client.send(new sdk.DeleteTargetGroupCommand({ TargetGroupArn })), /^ResourceInUse/],
  ]
  for (const [pending, expected] of cases) assert.match(await refusal(pending), expected)
  assert.equal(store.read().revision, revision)
})

test('actions that log clients in are refused by name, and what an action must be', async () => {
  const { client, store } = await elbv2World()
  const { TargetGroupArn, listener } = await httpBalancer(client)
  const revision = store.read().revision
  const redirect = (RedirectConfig: Partial<sdk.RedirectActionConfig>): sdk.Action => ({
    Type: 'redirect',
    RedirectConfig: { StatusCode: 'HTTP_301', ...RedirectConfig },
  })
  const answered = (FixedResponseConfig: sdk.FixedResponseActionConfig): sdk.Action => ({
    Type: 'fixed-response',
    FixedResponseConfig,
  })
  const forward = (ForwardConfig: sdk.ForwardActionConfig): sdk.Action => ({ Type: 'forward', ForwardConfig })
  const TargetGroups = [{ TargetGroupArn }]
  const cases: [sdk.Action[], RegExp][] = [
    [
      [
        {
          Type: 'authenticate-oidc',
          Order: 1,
          AuthenticateOidcConfig: {
            Issuer: 'https://a',
            AuthorizationEndpoint: 'https://a',
            TokenEndpoint: 'https://a',
            UserInfoEndpoint: 'https://a',
            ClientId: 'a',
          },
        },
        { Type: 'forward', Order: 2, TargetGroupArn },
      ],
      /^InvalidLoadBalancerAction.*: Action type 'authenticate-oidc' is not supported on load balancers of type 'application'; it must be one of 'forward', 'redirect', 'fixed-response'$/,
    ],
    [[{ Type: 'authenticate-cognito' }], /^InvalidLoadBalancerAction.*'authenticate-cognito'/],
    [[], /^ValidationError: A default action must be specified$/],
    [[forward({ TargetGroups }), forward({ TargetGroups })], /^TooManyActions/],
    [[{ Type: 'redirect' }], /A redirect status code must be specified$/],
    [
      [redirect({})],
      /^InvalidLoadBalancerAction.*: The redirect configuration is not valid because it creates a loop\.$/,
    ],
    [[redirect({ Query: 'a=b' })], /creates a loop/],
    [[redirect({ Path: 'x' })], /must begin with a '\/'$/],
    [[redirect({ Port: '0' })], /redirect port '0'/],
    [[redirect({ Host: '#{hots}' })], /'#\{hots\}'; the parts of a request are/],
    [[{ ...redirect({ Port: '1' }), ForwardConfig: { TargetGroups } }], /cannot have a 'ForwardConfig'$/],
    [[{ Type: 'fixed-response' }], /A fixed response status code must be specified$/],
    [[answered({ StatusCode: '302' })], /^ValidationError/],
    [[answered({ StatusCode: '200', ContentType: 'image/png' })], /content type 'image\/png' must be one of/],
    [
      [forward({ TargetGroups, TargetGroupStickinessConfig: { Enabled: true } })],
      /A duration must be specified/,
    ],
    [
      [forward({ TargetGroups, TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 604_801 } })],
      /must be between '1-604800' inclusive$/,
    ],
    [[forward({ TargetGroups: [{ TargetGroupArn, Weight: 1_000 }] })], /must be between '0-999' inclusive$/],
    [[forward({ TargetGroups: [...TargetGroups, ...TargetGroups] })], /more than once in an action$/],
  ]
  for (const [DefaultActions, expected] of cases)
    assert.match(
      await refusal(client.send(new sdk.CreateListenerCommand({ ...listener, Port: 81, DefaultActions }))),
      expected,
    )
  assert.equal(store.read().revision, revision)
})

test('actions are told with what AWS fills in', async () => {
  const { client } = await elbv2World()
  const { TargetGroupArn, listener } = await httpBalancer(client)
  const actionOf = async (Port: number, action: sdk.Action): Promise<sdk.Action | undefined> => {
    const { Listeners } = await client.send(
      new sdk.CreateListenerCommand({ ...listener, Port, DefaultActions: [action] }),
    )
    return Listeners?.[0]?.DefaultActions?.[0]
  }
  assert.deepEqual(await actionOf(81, { Type: 'forward', TargetGroupArn }), {
    Type: 'forward',
    Order: 1,
    TargetGroupArn,
    ForwardConfig: {
      TargetGroups: [{ TargetGroupArn, Weight: 1 }],
      TargetGroupStickinessConfig: { Enabled: false },
    },
  })
  assert.deepEqual(
    await actionOf(82, {
      Type: 'redirect',
      RedirectConfig: { StatusCode: 'HTTP_302', Protocol: 'HTTPS', Port: '443' },
    }),
    {
      Type: 'redirect',
      Order: 1,
      RedirectConfig: {
        Protocol: 'HTTPS',
        Host: '#{host}',
        Port: '443',
        Path: '/#{path}',
        Query: '#{query}',
        StatusCode: 'HTTP_302',
      },
    },
  )
  assert.deepEqual(
    await actionOf(83, { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }),
    { Type: 'fixed-response', Order: 1, FixedResponseConfig: { StatusCode: '503' } },
  )
})

test('a group that is sent requests has the health check and the attributes of its kind', async () => {
  const { client } = await elbv2World()
  const { TargetGroupArn, group } = await httpBalancer(client)
  const { TargetGroups } = await client.send(
    new sdk.DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] }),
  )
  const [told] = TargetGroups ?? []
  assert.deepEqual(
    [
      told?.ProtocolVersion,
      told?.HealthCheckProtocol,
      told?.HealthCheckTimeoutSeconds,
      told?.Matcher?.HttpCode,
    ],
    ['HTTP1', 'HTTP', 5, '200'],
  )
  const set = (...Attributes: [string, string][]) =>
    client.send(
      new sdk.ModifyTargetGroupAttributesCommand({
        TargetGroupArn,
        Attributes: Attributes.map(([Key, Value]) => ({ Key, Value })),
      }),
    )
  const { Attributes = [] } = await set(
    ['stickiness.enabled', 'true'],
    ['stickiness.type', 'app_cookie'],
    ['stickiness.app_cookie.cookie_name', 'session'],
    ['load_balancing.algorithm.type', 'least_outstanding_requests'],
  )
  const after = Object.fromEntries(Attributes.map(({ Key = '', Value }) => [Key, Value]))
  assert.equal(after['stickiness.lb_cookie.duration_seconds'], '86400')
  assert.equal(after['load_balancing.algorithm.type'], 'least_outstanding_requests')
  assert.equal(after['preserve_client_ip.enabled'], undefined)

  const create = (changed: Partial<sdk.CreateTargetGroupCommandInput>) =>
    client.send(new sdk.CreateTargetGroupCommand({ ...group, Name: 'other', ...changed }))
  const cases: [Promise<unknown>, RegExp][] = [
    [create({ HealthCheckProtocol: 'TCP' }), /Health check protocol 'TCP' must be one of 'HTTP, HTTPS'$/],
    [
      create({ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 5 }),
      /Health check timeout '5' must be smaller than the interval '5'$/,
    ],
    [create({ Matcher: { HttpCode: '200-500' } }), /must be within '200-499' inclusive$/],
    [create({ ProtocolVersion: 'GRPC' }), /'GRPC' is not served here/],
    [create({ ProtocolVersion: 'HTTP9' }), /^ValidationError: Protocol version 'HTTP9' must be one of/],
    [create({ Protocol: 'TCP', ProtocolVersion: 'HTTP1' }), /cannot specify a protocol version/],
    [
      set(['stickiness.type', 'source_ip']),
      /: Stickiness type 'source_ip' is not supported for target groups with the HTTP protocol$/,
    ],
    [set(['stickiness.app_cookie.cookie_name', 'AWSALBx']), /cannot begin with 'AWSALB'/],
    [set(['stickiness.app_cookie.cookie_name', '']), /must be specified to enable stickiness/],
    [set(['stickiness.lb_cookie.duration_seconds', '0']), /must be between '1-604800' inclusive$/],
    [set(['slow_start.duration_seconds', '29']), /must be between '30-900' inclusive or '0'$/],
    [set(['slow_start.duration_seconds', '30']), /Slow start cannot be enabled with/],
    [set(['proxy_protocol_v2.enabled', 'true']), /is not supported on target groups of application load/],
  ]
  for (const [pending, expected] of cases) assert.match(await refusal(pending), expected)
  const tcp = await create({ Protocol: 'TCP', Name: 'tcp' })
  assert.match(
    await refusal(
      client.send(
        new sdk.ModifyTargetGroupAttributesCommand({
          TargetGroupArn: tcp.TargetGroups?.[0]?.TargetGroupArn,
          Attributes: [{ Key: 'stickiness.type', Value: 'lb_cookie' }],
        }),
      ),
    ),
    /: Stickiness type 'lb_cookie' is not supported for target groups with the TCP protocol$/,
  )
})
