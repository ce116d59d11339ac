import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Connection, Endpoint, Network } from '../../base/network.ts'
import type { Random } from '../../base/random.ts'
import { openSecret, sealSecret } from '../../resources/sealed-secret.ts'
import { ByteWriter } from './byte-writer.ts'
import { type CancelKey, nodeNumberOf } from './cancel-key.ts'
import { encodeForwardedCancel } from './messages/frontend/forwarded-cancel.ts'

/** The other nodes of the cluster, as far as cancelling goes. */
export interface CancelPeers {
  /** Nodes with this number; more than one when numbers collide. */
  at(nodeNumber: number): readonly Endpoint[]
  /** What all nodes know and nobody else; 32 bytes. Undefined: nothing is passed on. */
  secret(): Uint8Array | undefined
}

export interface CancelForwarding {
  /** Resolves when the nodes that it may be for have been told, or cannot be. */
  forward(key: CancelKey): Promise<void>
  /** What another node passed on; undefined when none of the cluster did, or it was for another node. */
  open(sealed: Uint8Array): CancelKey | undefined
}

/** A client waits for its cancel request to be taken; a node that does not answer must not hold it for long. */
const forwardTimeoutMs = 1_000

/**
 * Behind a balancer a cancel request comes to any node, and the process id in it says whose it is. The node that gets it passes it on, sealed
 * (AES-256-GCM) under the cluster's secret: nobody on the way learns a key that cancels, nobody else can make one, and the place in the
 * seal is the node that it is for. What was passed on once is not passed on again.
 */
export function createCancelForwarding(options: {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly nodeNumber: number
  readonly peers: CancelPeers
}): CancelForwarding {
  const { network, clock, random, log, nodeNumber, peers } = options

  const tell = async (to: Endpoint, packet: Uint8Array): Promise<void> => {
    try {
      const connection = await network.connect(to, { timeoutMs: forwardTimeoutMs })
      await sent(connection, packet, clock)
    } catch (error) {
      log.debug('a cancel request could not be passed on', { to, error: String(error) })
    }
  }

  return {
    async forward(key) {
      const secret = peers.secret()
      const number = nodeNumberOf(key.processId)
      const nodes = peers.at(number)
      if (secret === undefined || nodes.length === 0) return
      const sealed = Buffer.from(sealSecret(secret, place(number), keyBytes(key), random), 'base64')
      const writer = new ByteWriter()
      encodeForwardedCancel({ kind: 'ForwardedCancel', sealed }, writer)
      const packet = writer.take()
      await Promise.all(nodes.map(node => tell(node, packet)))
    },
    open(sealed) {
      const secret = peers.secret()
      if (secret === undefined) return undefined
      const opened = openSecret(secret, place(nodeNumber), Buffer.from(sealed).toString('base64'))
      return opened === undefined ? undefined : keyOf(opened)
    },
  }
}

const place = (nodeNumber: number): string => `cancel/${nodeNumber}`

function keyBytes({ processId, secret }: CancelKey): Uint8Array {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(processId)
  return Buffer.concat([head, secret])
}

function keyOf(bytes: Uint8Array): CancelKey {
  return { processId: Buffer.from(bytes).readUInt32BE(0), secret: bytes.subarray(4) }
}

/** The other side hangs up when it has read it. */
function sent(connection: Connection, packet: Uint8Array, clock: Clock): Promise<void> {
  return new Promise(resolve => {
    const cancelTimer = clock.after(forwardTimeoutMs, () => connection.destroy())
    connection.on('error', () => undefined)
    connection.on('close', () => {
      cancelTimer()
      resolve()
    })
    connection.write(packet)
    connection.resume()
  })
}
