/**
 * Whose turn it is, by start-time fair queuing (Goyal, Vin and Cheng, 1996): each party has a tag that says when, in turns of the
 * others, its next turn begins. The smallest tag is served; a turn moves it on by 1 / weight. Who was away begins at the present and has no turns
 * saved up, so nobody who waits is passed over for longer than the others' weights say.
 */
export interface Party {
  /** Its next turn. */
  start: number
}

export interface FairShare {
  /** The tag of the turn that was given last. */
  present: number
}

/** A party that begins to wait. */
export function arrive(share: FairShare, party: Party): void {
  party.start = Math.max(party.start, share.present)
}

/** A party gets a turn. */
export function serve(share: FairShare, party: Party, weight: number): void {
  share.present = Math.max(share.present, party.start)
  party.start = share.present + 1 / weight
}

/** The one whose turn it is: the smallest tag, and of equals the one that waits longest. */
export function nextParty<P extends Party>(
  parties: Iterable<P>,
  mayRun: (party: P) => boolean,
  waitingSince: (party: P) => number,
): P | undefined {
  let best: P | undefined
  for (const party of parties) {
    if (!mayRun(party)) continue
    if (best === undefined || isBefore(party, best)) best = party
  }
  return best

  function isBefore(one: P, other: P): boolean {
    return one.start === other.start ? waitingSince(one) < waitingSince(other) : one.start < other.start
  }
}
