import { emptyCatalog } from '../sql/catalog/catalog.ts'
import { copiedViews } from '../sql/catalog/copied-views.ts'
import { copyDatabase } from '../sql/engine/copy-database.ts'
import { fileCopies } from '../sql/engine/file-copies.ts'
import type { Instance } from '../sql/engine/instance.ts'
import { SimulatedClock } from './clock.ts'

/** The engine itself, with nothing in it. */
export function bareInstance({ connect, close }: Pick<Instance, 'connect' | 'close'>): Instance {
  return {
    connect,
    close,
    makeSystemCatalog: async () => undefined,
    views: copiedViews(emptyCatalog),
    copies: fileCopies({
      database: copyDatabase({ connect, preparation: () => [] }),
      memoryLimitMegabytes: 1,
      shared: { copies: 0, bytes: 0, made: 0, reads: 0 },
      clock: new SimulatedClock(),
      wallMs: () => 0,
    }),
  }
}
