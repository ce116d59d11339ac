import type { Endpoint } from '../base/network.ts'
import { ensureSealKey } from '../io/seal-key.ts'
import {
  type ClusterSecretDocument,
  clusterSecretBytes,
  clusterSecretKey,
} from '../resources/cluster-secret.ts'
import { type InstanceDocument, instancePrefix } from '../resources/instances.ts'
import { bytesOf, openSecret, sealKeyBytes, sealSecret } from '../resources/sealed-secret.ts'
import type { CancelPeers } from '../sql/pgwire/cancel-forwarding.ts'
import type { Snapshot } from '../store/store.ts'
import type { RoleContext } from './context.ts'

export interface WatchedPeers extends CancelPeers {
  update(snapshot: Snapshot): void
}

/**
 * The other nodes of the store, and the secret that they share: made by the first that finds none. A node that cannot have it serves
 * without, and says so in its log.
 */
export function cancelPeers(context: RoleContext, ownAddress: string): WatchedPeers {
  const { store, stateDir, random, log } = context
  let nodes = new Map<number, Endpoint[]>()
  let secret: Uint8Array | undefined
  let sealed = ''

  const sealKey = (): Uint8Array => ensureSealKey(stateDir, bytesOf(random, sealKeyBytes))
  const attempt = (work: () => void | Promise<unknown>): void => {
    const failed = (error: unknown): void =>
      log.warn('cancel requests are not passed on to other nodes', { error: String(error) })
    try {
      work()?.catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  const open = (document: ClusterSecretDocument): void => {
    if (document.sealedSecret === sealed) return
    sealed = document.sealedSecret
    secret = openSecret(sealKey(), clusterSecretKey, sealed)
    if (secret === undefined) throw new Error('the secret of the cluster was sealed with another key')
  }
  /** Of two nodes that make one at once, one comes too late; both are told of what is there. */
  const make = (): Promise<unknown> => {
    const value = {
      sealedSecret: sealSecret(sealKey(), clusterSecretKey, bytesOf(random, clusterSecretBytes), random),
    }
    return store.commit([{ key: clusterSecretKey, revision: 'absent' }], [{ key: clusterSecretKey, value }])
  }

  return {
    at: number => nodes.get(number) ?? [],
    secret: () => secret,
    update(snapshot) {
      nodes = otherNodes(snapshot, ownAddress)
      const document = snapshot.get<ClusterSecretDocument>(clusterSecretKey)
      attempt(() => (document === undefined ? make() : open(document.value)))
    },
  }
}

function otherNodes(snapshot: Snapshot, ownAddress: string): Map<number, Endpoint[]> {
  const found = new Map<number, Endpoint[]>()
  for (const { value } of snapshot.list<InstanceDocument>(instancePrefix)) {
    const { address, ports } = value.UserData
    if (address === ownAddress) continue
    const number = nodeNumber(address)
    found.set(number, [...(found.get(number) ?? []), { address, port: ports.odbc }])
  }
  return found
}

/** Different for the nodes of one installation on one machine: the last eleven bits of the address. */
export function nodeNumber(address: string): number {
  const [third = 0, fourth = 0] = address.split('.').slice(-2).map(Number)
  return (third * 256 + fourth) & 2_047 || 0
}
