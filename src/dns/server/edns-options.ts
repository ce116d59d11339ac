import type { ClientSubnet } from '../routing/source.ts'
import { byteAt, uint16At } from '../wire/reader.ts'

export const optionCodes = {
  nsid: 3,
  clientSubnet: 8,
  cookie: 10,
  tcpKeepalive: 11,
  extendedError: 15,
} as const

/** What a query's OPT record says that we act on; of an option that comes twice the first counts, and unknown ones are passed over. */
export interface EdnsOptions {
  readonly wantsIdentity: boolean
  readonly wantsKeepalive: boolean
  /** Client cookie of 8 bytes, and perhaps a server cookie of 8 to 32 behind it. */
  readonly cookie: Uint8Array | undefined
  readonly subnet: ClientSubnet | undefined
  /** As it came, to be said back; 'none' is family 0 (RFC 7871 section 7.1.2). */
  readonly subnetFamily: 'none' | 4 | 6 | undefined
}

export const noOptions: EdnsOptions = {
  wantsIdentity: false,
  wantsKeepalive: false,
  cookie: undefined,
  subnet: undefined,
  subnetFamily: undefined,
}

/** From options that are known to fill `start` to `end` exactly (wire/edns.ts). */
export function ednsOptions(bytes: Uint8Array, start: number, end: number): EdnsOptions | 'format-error' {
  let [wantsIdentity, wantsKeepalive] = [false, false]
  let cookie: Uint8Array | undefined
  let subnet: ReadSubnet | undefined
  for (let at = start; at < end; ) {
    const dataStart = at + 4
    const dataEnd = dataStart + uint16At(bytes, at + 2)
    switch (uint16At(bytes, at)) {
      case optionCodes.nsid:
        wantsIdentity = true
        break
      case optionCodes.tcpKeepalive:
        wantsKeepalive = true
        break
      case optionCodes.cookie: {
        const length = dataEnd - dataStart
        // RFC 7873 section 5.2.2.
        if (length !== 8 && (length < 16 || length > 40)) return 'format-error'
        cookie ??= bytes.subarray(dataStart, dataEnd)
        break
      }
      case optionCodes.clientSubnet: {
        const read = readSubnet(bytes, dataStart, dataEnd)
        if (read === 'format-error') return read
        subnet ??= read
      }
    }
    at = dataEnd
  }
  return { wantsIdentity, wantsKeepalive, cookie, subnet: subnet?.subnet, subnetFamily: subnet?.family }
}

interface ReadSubnet {
  readonly family: 'none' | 4 | 6
  readonly subnet: ClientSubnet | undefined
}

/** RFC 7871 sections 6 and 7.1.2: what is not written exactly so is answered FORMERR. */
function readSubnet(bytes: Uint8Array, start: number, end: number): ReadSubnet | 'format-error' {
  if (end - start < 4) return 'format-error'
  const code = uint16At(bytes, start)
  const prefixBits = byteAt(bytes, start + 2)
  const addressStart = start + 4
  // The scope is the server's to say.
  if (byteAt(bytes, start + 3) !== 0) return 'format-error'
  if (code === 0 && prefixBits === 0 && end === addressStart) return { family: 'none', subnet: undefined }
  if (code !== 1 && code !== 2) return 'format-error'
  const family = code === 1 ? 4 : 6
  const addressBytes = code === 1 ? 4 : 16
  if (prefixBits > addressBytes * 8 || end - addressStart !== Math.ceil(prefixBits / 8)) return 'format-error'
  const address = new Uint8Array(addressBytes)
  address.set(bytes.subarray(addressStart, end))
  const behindPrefix = prefixBits % 8 === 0 ? 0 : 0xff >>> (prefixBits % 8)
  if ((byteAt(bytes, end - 1) & behindPrefix) !== 0) return 'format-error'
  return { family, subnet: { family, prefixBits, address } }
}
