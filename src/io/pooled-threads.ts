import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { parkedThreads } from './parked-threads.ts'
import { type PoolThreads, poolThreads } from './pool-threads.ts'
import { wakefulLoop } from './wakeful-loop.ts'

/**
 * The threads of this process's pool, and the loop that awaits their calls. Until they are released, only process.exit ends it, and releases them. Where they
 * cannot be parked, the log says why and all take work.
 */
export function pooledThreads(clock: Clock, log: Log): PoolThreads {
  const loop = wakefulLoop(clock, setImmediate)
  try {
    const threads = poolThreads(Number(process.env['UV_THREADPOOL_SIZE'] ?? 4), clock, parkedThreads())
    process.on('exit', () => threads.release())
    return {
      began() {
        threads.began()
        loop.began()
      },
      ended() {
        threads.ended()
        loop.ended()
      },
      release: threads.release,
    }
  } catch (error) {
    log.warn('threads are not parked', { error: String(error) })
    return { ...loop, release: () => undefined }
  }
}
