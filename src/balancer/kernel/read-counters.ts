import { objectsOf } from './read-standing.ts'

export interface Counted {
  readonly packets: number
  readonly bytes: number
}

/** What `nft -j list counters` tells, by name. Throws on text that is not nft's. */
export function readCounters(text: string): Map<string, Counted> {
  const found = new Map<string, Counted>()
  for (const { counter } of objectsOf(text)) {
    if (counter === undefined) continue
    const { name, packets, bytes } = counter
    if (typeof name === 'string' && typeof packets === 'number' && typeof bytes === 'number')
      found.set(name, { packets, bytes })
  }
  return found
}
