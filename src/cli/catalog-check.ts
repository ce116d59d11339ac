import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../base/log.ts'
import { systemClock } from '../io/clock.ts'
import { loadCatalog } from '../sql/catalog/load-catalog.ts'
import { openDuckdbEngine } from '../sql/engine/duckdb-engine.ts'

/** Enough to bind views; no row is read. */
const memoryMegabytes = 64

/** Reads a catalog file as a node does at its start, and counts its views; rejects with an EverportError that tells every mistake. */
export async function checkCatalog(file: string): Promise<number> {
  const catalog = await loadCatalog(file)
  const folder = mkdtempSync(join(tmpdir(), 'everport-check-'))
  try {
    const engine = await openDuckdbEngine({
      catalog,
      memoryLimitMegabytes: memoryMegabytes,
      threads: 1,
      tempDirectory: folder,
      log: silentLog,
      clock: systemClock,
      wallMs: Date.now,
    })
    await engine.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return catalog.statements.filter(({ kind }) => kind === 'view').length
}
