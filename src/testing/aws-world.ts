import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { PolicyName } from '../aws/policy.ts'
import { loadService } from '../aws/protocols/load-service.ts'
import { newAccessKey, storedAccessKeys } from '../aws/server/access-key.ts'
import { type AnswerRequest, type ApiWorld, apiServer } from '../aws/server/answer-request.ts'
import { servedServices } from '../aws/server/served-services.ts'
import { accessKeyKey } from '../resources/access-keys.ts'
import { sdkHandler } from './aws-sdk-handler.ts'
import { operationContext } from './operation-context.ts'

export interface AwsWorld {
  readonly world: ApiWorld
  readonly answer: AnswerRequest
  /** What an SDK client is made with, to ask this world as the holder of a new key. */
  clientSettings(policy?: PolicyName): Promise<ClientSettings>
  elbv2(policy?: PolicyName): Promise<ElasticLoadBalancingV2Client>
}

export interface ClientSettings {
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly requestHandler: ReturnType<typeof sdkHandler>
  readonly maxAttempts: number
  readonly endpoint: string
}

const sealKey = new Uint8Array(32).fill(7)

/** The whole API over a store in memory, asked by SDK clients without a socket. Its time is the machine's: clients sign with that. */
export function awsWorld(changed: Partial<ApiWorld> = {}): AwsWorld {
  const { caller: _, requestId: __, ...context } = operationContext({ wallMs: () => Date.now() })
  const world: ApiWorld = {
    ...context,
    services: servedServices,
    loadModel: loadService,
    keys: storedAccessKeys(() => sealKey),
    allowsAnyCredentials: false,
    ...changed,
  }
  const answer = apiServer(world)
  const clientSettings = async (policy: PolicyName = 'admin'): Promise<ClientSettings> => {
    const { document, secret } = newAccessKey(sealKey, world.random, { policy, name: '', wallMs: 0 })
    await world.store.commit([], [{ key: accessKeyKey(document.AccessKeyId), value: document }])
    return {
      region: world.region,
      credentials: { accessKeyId: document.AccessKeyId, secretAccessKey: secret },
      requestHandler: sdkHandler(answer),
      maxAttempts: 1,
      endpoint: 'http://127.0.0.1:8400',
    }
  }
  return {
    world,
    answer,
    clientSettings,
    elbv2: async policy => new ElasticLoadBalancingV2Client(await clientSettings(policy)),
  }
}
