import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import type { Endpoint } from '../../src/base/network.ts'

export interface AskBy {
  readonly transport: 'udp' | 'tcp'
  readonly timeoutMs: number
}

/** What one query is made of; its name is labels of raw bytes, in any case. */
export interface RawQuery {
  readonly id: number
  readonly labels: readonly Uint8Array[]
  readonly type: number
  readonly class?: number
  readonly recursionDesired?: boolean
  readonly edns?: { readonly payloadBytesMax: number; readonly dnssecOk?: boolean }
}

export function encodeQuery(query: RawQuery): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt16BE(query.id, 0)
  header.writeUInt16BE(query.recursionDesired === true ? 0x0100 : 0, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(query.edns === undefined ? 0 : 1, 10)
  const name = query.labels.flatMap(label => [label.length, ...label])
  const question = Buffer.from([...name, 0, 0, 0, 0, 0])
  question.writeUInt16BE(query.type, name.length + 1)
  question.writeUInt16BE(query.class ?? 1, name.length + 3)
  if (query.edns === undefined) return Buffer.concat([header, question])
  const opt = Buffer.from([0, 0, 41, 0, 0, 0, 0, query.edns.dnssecOk === true ? 0x80 : 0, 0, 0, 0])
  opt.writeUInt16BE(query.edns.payloadBytesMax, 3)
  return Buffer.concat([header, question, opt])
}

/** The reply with the query's id, or undefined when none came in time. */
export function askBytes(at: Endpoint, query: Buffer, by: AskBy): Promise<Buffer | undefined> {
  return by.transport === 'udp' ? askByUdp(at, query, by.timeoutMs) : askByTcp(at, query, by.timeoutMs)
}

function askByUdp(at: Endpoint, query: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    const settle = (reply?: Buffer): void => {
      clearTimeout(timer)
      socket.close()
      resolve(reply)
    }
    const timer = setTimeout(() => settle(), timeoutMs)
    // Nobody listens yet: a refusal by ICMP is no answer, and the next try follows when this one is over.
    socket.on('error', () => undefined)
    socket.on('message', data => {
      if (data.length >= 12 && data.readUInt16BE(0) === query.readUInt16BE(0)) settle(data)
    })
    socket.send(query, at.port, at.address)
  })
}

function askByTcp(at: Endpoint, query: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
  return new Promise(resolve => {
    const socket = connect({ host: at.address, port: at.port })
    let received = Buffer.alloc(0)
    const settle = (reply?: Buffer): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(reply)
    }
    const timer = setTimeout(() => settle(), timeoutMs)
    socket.on('error', () => settle())
    socket.on('close', () => settle())
    socket.on('data', data => {
      received = Buffer.concat([received, data])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      settle(received.subarray(2, 2 + received.readUInt16BE(0)))
    })
    const length = Buffer.alloc(2)
    length.writeUInt16BE(query.length)
    socket.write(Buffer.concat([length, query]))
  })
}
