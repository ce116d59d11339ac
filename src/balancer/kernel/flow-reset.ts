import { type Clock, pause } from '../../base/clock.ts'
import { ConnectError, type Endpoint, type Network } from '../../base/network.ts'
import type { TrackedFlow } from './conntrack.ts'

/** How long a peer may take to answer. */
const answerMs = 250
/** Sockets that are open for it at any time. */
const resetsAtOnceMax = 256

/**
 * Resets peers that only wait, of flows that the kernel has forgotten already. A peer answers a SYN within its connection by telling
 * what it expects (RFC 5961, section 4.2: a challenge ACK); our own system, which knows of no such connection, answers that with a RST of just
 * this number, and the peer's connection is over. So all that it takes is a connect from the address and port that the peer believes to talk to,
 * and no packet is forged. Clients first: they come back, and a target only lets go. Resolves when all have been told; whoever did not hear is
 * reset when it sends.
 */
export async function resetPeers(
  network: Network,
  clock: Clock,
  flows: readonly TrackedFlow[],
): Promise<void> {
  const connections = flows.filter(({ transport }) => transport === 'tcp')
  const peers = [...connections.map(clientOf), ...connections.flatMap(targetOf)]
  for (let at = 0; at < peers.length; at += resetsAtOnceMax) {
    await Promise.all(peers.slice(at, at + resetsAtOnceMax).map(peer => resetPeer(network, peer)))
    // Others have their turn.
    await pause(clock, 0)
  }
}

interface Peer {
  readonly peer: Endpoint
  /** Whom it believes to talk to; an address of this machine. */
  readonly as: Endpoint
}

function clientOf({ client, listener }: TrackedFlow): Peer {
  return { peer: client, as: listener }
}

/** Where the target sees the client's own address, that is not ours to connect from. */
function targetOf({ client, target, source }: TrackedFlow): Peer[] {
  return source.address === client.address ? [] : [{ peer: target, as: source }]
}

async function resetPeer(network: Network, { peer, as }: Peer): Promise<void> {
  try {
    const connection = await network.connect(peer, {
      from: as.address,
      fromPort: as.port,
      timeoutMs: answerMs,
    })
    connection.resetAndDestroy()
  } catch (error) {
    // The connect never comes about: either it is answered by RST, or it is given up.
    if (!(error instanceof ConnectError)) throw error
  }
}
