import type { TestContext } from 'node:test'
import { silentLog } from '../../src/base/log.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { type RunningEphemeral, startEphemeral } from '../../src/roles/ephemeral.ts'

/** The AWS APIs with their state in memory, in this process, until the test ends. */
export async function ephemeralAccount(
  t: TestContext,
  { allowsAnyCredentials = false } = {},
): Promise<RunningEphemeral> {
  const running = await startEphemeral({
    at: { address: '127.0.0.1', port: 0 },
    accountId: '123456789012',
    region: 'us-east-1',
    allowsAnyCredentials,
    clock: systemClock,
    random: systemRandom(),
    network: systemNetwork,
    log: silentLog,
  })
  t.after(() => running.stop())
  return running
}
