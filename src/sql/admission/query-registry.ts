import type { QueryMemory } from './memory-pressure.ts'

export type QueryState = 'waiting' | 'running'

/** A session's queries from the first that is asked for to the end of the last: portals that are open at the same time share one turn. */
export interface AdmittedQuery {
  readonly id: number
  readonly processId: number
  readonly user: string
  readonly applicationName: string
  readonly clientAddress: string
  readonly group: string
  readonly statement: string
  readonly askedAt: number
  state: QueryState
  startedAt: number
  /** At the last look. */
  memoryBytes: number
  readonly memoryBytesMax: number
}

/** What `everport.queries` shows. Longer statements are cut. */
export const shownStatementMax = 1_024

export function queryMemory(queries: Iterable<AdmittedQuery>): QueryMemory[] {
  return [...queries]
    .filter(({ state }) => state === 'running')
    .map(({ id, memoryBytes, startedAt }) => ({ id, bytes: memoryBytes, startedAt }))
}
