import { pause } from '../../src/base/clock.ts'
import { systemClock } from '../../src/io/clock.ts'

const pollMs = 20

/** Who is asked without a pause has no time for its clients. */
export async function atLeisure<T>(ask: () => Promise<T>): Promise<T> {
  await pause(systemClock, pollMs)
  return ask()
}
