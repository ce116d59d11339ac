import { loadService } from '../aws/protocols/load-service.ts'
import { storedAccessKeys } from '../aws/server/access-key.ts'
import { apiServer } from '../aws/server/answer-request.ts'
import { watchDataPlanes } from '../aws/server/data-planes.ts'
import { servedServices } from '../aws/server/served-services.ts'
import { systemWallMs } from '../io/clock.ts'
import { readSealKey } from '../io/seal-key.ts'
import { passwordFolder, type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import { accountId } from '../topology/resource-ids.ts'
import { startAutoScaling } from './auto-scaling.ts'
import { awsApi } from './aws-api.ts'
import type { RoleContext } from './context.ts'
import type { AnswerOther } from './pages.ts'
import { startTargetSweep } from './target-sweep.ts'

const regionDefault = 'us-east-1'

/** The AWS APIs over the store that the whole of Everport works by. */
export function startAwsApi({ store, clock, random, log, stateDir }: RoleContext): {
  readonly answer: AnswerOther
  close(): void
} {
  const dataPlanes = watchDataPlanes(store, clock)
  const regionNow = (): string =>
    store.read().get<TopologySettings>(topologySettingsKey)?.value.region ?? regionDefault
  const passwordsNow = (): string => passwordFolder(store.read(), stateDir)
  const account = { store, clock, random, log, wallMs: systemWallMs, accountId, dataPlanes }
  const cancelScaling = startAutoScaling({ ...account, region: regionNow(), passwordFolder: passwordsNow() })
  const answer = apiServer({
    ...account,
    get region() {
      return regionNow()
    },
    get passwordFolder() {
      return passwordsNow()
    },
    services: servedServices,
    loadModel: loadService,
    keys: storedAccessKeys(() => readSealKey(stateDir)),
    allowsAnyCredentials: false,
  })
  const cancelSweep = startTargetSweep({ store, clock, log })
  return {
    answer: awsApi(answer, clock),
    close() {
      cancelSweep()
      cancelScaling()
      dataPlanes.close()
    },
  }
}
