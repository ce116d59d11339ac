import type { Random } from '../base/random.ts'
import { ensureSealKey } from '../io/seal-key.ts'
import {
  bytesOf,
  flightSecretKey,
  openSecret,
  type SealedFlightSecret,
  sealKeyBytes,
  sealSecret,
} from '../resources/sealed-secret.ts'
import { flightSecretBytes } from '../sql/flight/signature.ts'
import { isConflict, type Store } from '../store/store.ts'

/**
 * The secret that tokens and tickets are signed with: the same for every node of the installation, made by whichever starts first, and
 * in the store only sealed. One that no longer opens, because the key file was lost, is made anew: what was handed out before is void.
 */
export async function ensureFlightSecret(
  store: Store,
  stateDir: string,
  random: Random,
): Promise<Uint8Array> {
  const sealKey = ensureSealKey(stateDir, bytesOf(random, sealKeyBytes))
  for (;;) {
    const found = store.read().get<SealedFlightSecret>(flightSecretKey)
    const known = found === undefined ? undefined : openSecret(sealKey, flightSecretKey, found.value.sealed)
    if (known !== undefined) return known
    const secret = bytesOf(random, flightSecretBytes)
    const value: SealedFlightSecret = { sealed: sealSecret(sealKey, flightSecretKey, secret, random) }
    const outcome = await store.commit(
      [{ key: flightSecretKey, revision: found?.revision ?? 'absent' }],
      [{ key: flightSecretKey, value }],
    )
    // Another node was first: then its secret is read.
    if (!isConflict(outcome)) return secret
  }
}
