import type { OperationContext } from '../aws/operation.ts'
import { silentLog } from '../base/log.ts'
import { seededRandom } from '../base/random.ts'
import { memoryStore } from '../store/memory-store.ts'
import { SimulatedClock } from './clock.ts'

/** For tests of one operation: an empty store in memory, an admin who calls, and no data plane that lives. */
export function operationContext(changed: Partial<OperationContext> = {}): OperationContext {
  return {
    store: memoryStore(),
    clock: new SimulatedClock(),
    wallMs: () => Date.UTC(2030, 0, 1),
    random: seededRandom(1),
    log: silentLog,
    accountId: '123456789012',
    region: 'us-east-1',
    caller: { accessKeyId: 'AKIAEXAMPLE', policy: 'admin' },
    requestId: '00000000-0000-4000-8000-000000000000',
    dataPlanes: { isAlive: () => false, haveApplied: () => true, whenApplied: () => Promise.resolve() },
    passwordFolder: '/etc',
    ...changed,
  }
}
