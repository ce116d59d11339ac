import type { Revision } from './store.ts'

/** A sign of life. */
export interface Heartbeat {
  /** Another one at every beat; which is of no matter. */
  readonly heartbeat: number
  /** The desired state that the owner works by. */
  readonly appliedRevision: Revision
}

/**
 * Signs of life, each by the key of its owner's status document. They are no documents: a beat overwrites the last one, makes no revision and
 * wakes nobody, for a dozen processes beat four times a second as long as they live, and nobody wants to know what they said before. Who
 * wants to know who lives looks.
 */
export interface Heartbeats {
  /** At once. Never throws: a beat that could not be written is one that is missed. */
  beat(key: string, heartbeat: Heartbeat): void
  /** The last beat, of whatever process; undefined when there is none, or it cannot be read now. */
  last(key: string): Heartbeat | undefined
  /** After the owner's end: the next one begins anew. */
  end(key: string): void
}

/** Those of one process. */
export function memoryHeartbeats(): Heartbeats {
  const beats = new Map<string, Heartbeat>()
  return {
    beat: (key, { heartbeat, appliedRevision }) => void beats.set(key, { heartbeat, appliedRevision }),
    last: key => beats.get(key),
    end: key => void beats.delete(key),
  }
}
