import type { Call } from '../provision/calls.ts'

export interface AwsEndpoint {
  readonly region: string
  /** Everport's own; undefined: AWS's. */
  readonly url: string | undefined
  /** Whose credentials; undefined: found as the aws CLI finds them. */
  readonly profile: string | undefined
}

interface Client {
  send(command: object): Promise<unknown>
  destroy(): void
}

type ClientModule = Record<string, new (input: object) => object>

/** It would tell every user of a command, at every call, of versions of Node.js that come later. */
const silentEnvironment = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }

/** Calls through the AWS SDK, whose clients are loaded when their service is first called. */
export function sdkCalls(endpoint: AwsEndpoint): Call & { close(): void } {
  Object.assign(process.env, silentEnvironment)
  const clients = new Map<string, Promise<{ client: Client; module: ClientModule }>>()
  const load = async (service: keyof typeof modules): Promise<{ client: Client; module: ClientModule }> => {
    const { name, load: importModule } = modules[service]
    const module = (await importModule()) as unknown as ClientModule
    const Client = module[name]
    if (Client === undefined) throw new Error(`the SDK has no ${name}`)
    const { region, url, profile } = endpoint
    const client = new Client({
      region,
      ...(url === undefined ? {} : { endpoint: url }),
      ...(profile === undefined ? {} : { profile }),
    }) as Client
    return { client, module }
  }
  const call = async (service: keyof typeof modules, operation: string, input: object): Promise<unknown> => {
    let loading = clients.get(service)
    if (loading === undefined) {
      loading = load(service)
      clients.set(service, loading)
    }
    const { client, module } = await loading
    const Command = module[`${operation}Command`]
    if (Command === undefined) throw new Error(`the SDK has no ${operation}`)
    return client.send(new Command(input))
  }
  const close = (): void => {
    for (const loading of clients.values())
      void loading.then(
        ({ client }) => client.destroy(),
        () => undefined,
      )
  }
  return Object.assign(call as Call, { close })
}

const modules = {
  ec2: { name: 'EC2Client', load: () => import('@aws-sdk/client-ec2') },
  elbv2: {
    name: 'ElasticLoadBalancingV2Client',
    load: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  },
  route53: { name: 'Route53Client', load: () => import('@aws-sdk/client-route-53') },
} as const
