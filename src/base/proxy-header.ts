import { parseAddress } from './ip-address.ts'
import type { Endpoint } from './network.ts'

/**
 * PROXY protocol, version 2 (HAProxy, proxy-protocol.txt, section 2.2): signature, version and command, family and transport, length of the
 * rest, addresses.
 */
const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a] as const
const [local, proxy] = [0x20, 0x21]
const [inet, inet6] = [0x10, 0x20]
const transports = { tcp: 0x01, udp: 0x02 } as const
const portBytes = 4

/** In front of what a client sends: who it is, and where it connected to. Unknown or mixed families are told as such, without addresses. */
export function proxyHeader(source: Endpoint, destination: Endpoint, transport: 'tcp' | 'udp'): Buffer {
  const [from, to] = [parseAddress(source.address), parseAddress(destination.address)]
  if (from === undefined || to === undefined || from.length !== to.length)
    return Buffer.from([...signature, proxy, 0x00, 0, 0])
  const family = from.length === 4 ? inet : inet6
  const ports = Buffer.alloc(portBytes)
  ports.writeUInt16BE(source.port, 0)
  ports.writeUInt16BE(destination.port, 2)
  const rest = from.length * 2 + portBytes
  return Buffer.from([...signature, proxy, family | transports[transport], 0, rest, ...from, ...to, ...ports])
}

/** In front of a health check: it comes from the balancer itself (command LOCAL). */
export const localProxyHeader: Uint8Array = Uint8Array.from([...signature, local, 0x00, 0, 0])
