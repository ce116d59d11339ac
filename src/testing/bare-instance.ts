import type { Database } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { emptyCatalog } from '../sql/catalog/catalog.ts'
import { copiedViews } from '../sql/catalog/copied-views.ts'
import { copyDatabase } from '../sql/engine/copy-database.ts'
import { fileCopies } from '../sql/engine/file-copies.ts'
import type { Instance } from '../sql/engine/instance.ts'
import { SimulatedClock } from './clock.ts'

/** The engine itself, with nothing in it. */
export function bareInstance(database: Database): Instance {
  const connect = () => duckdb.connect(database)
  return {
    connect,
    makeSystemCatalog: async () => undefined,
    views: copiedViews(emptyCatalog),
    copies: fileCopies({
      database: copyDatabase({ connect, preparation: () => [] }),
      memoryLimitMegabytes: 1,
      shared: { copies: 0, bytes: 0, made: 0, reads: 0 },
      clock: new SimulatedClock(),
      wallMs: () => 0,
    }),
    close: () => duckdb.close_sync(database),
  }
}
