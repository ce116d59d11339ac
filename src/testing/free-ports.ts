import { EverportError } from '../base/errors.ts'
import { below } from '../base/random.ts'
import { systemNetwork } from '../io/network.ts'
import { systemRandom } from '../io/random.ts'

/** Below those that Linux and macOS give to connections that are made (32768 …): one of them could have the port a moment later. */
const range = { first: 20_000, count: 9_000 } as const

const random = systemRandom()

/** Ports that nobody uses on 127.0.0.1, neither for TCP nor for UDP, and that no connection takes meanwhile. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  while (found.size < count) {
    const port = range.first + below(random, range.count)
    if (!found.has(port) && (await isFree(port))) found.add(port)
  }
  return [...found]
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1)
  return port
}

async function isFree(port: number): Promise<boolean> {
  const at = { address: '127.0.0.1', port }
  try {
    const listening = await systemNetwork.listen(at, {}, () => undefined)
    await listening.close()
    const datagrams = await systemNetwork.datagrams(at, () => undefined)
    await datagrams.close()
    return true
  } catch (error) {
    if (error instanceof EverportError && error.code === 'address_in_use') return false
    throw error
  }
}
