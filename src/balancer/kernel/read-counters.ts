import { isObject, objectsOf, toldOf } from './read-standing.ts'

export interface Counted {
  readonly packets: number
  readonly bytes: number
}

/** What `nft -j list set` tells of a set whose elements count, by their comments. Throws on text that is not nft's. */
export function readCounters(text: string): Map<string, Counted> {
  const found = new Map<string, Counted>()
  for (const { set } of objectsOf(text)) {
    for (const element of Array.isArray(set?.elem) ? set.elem : []) {
      const told = toldOf(element)
      const [name, counter] = [told?.['comment'], told?.['counter']]
      if (typeof name !== 'string' || !isObject(counter)) continue
      const { packets, bytes } = counter
      if (typeof packets === 'number' && typeof bytes === 'number') found.set(name, { packets, bytes })
    }
  }
  return found
}
