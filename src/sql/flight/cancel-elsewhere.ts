import { Client, Metadata } from '@grpc/grpc-js'
import type { Clock } from '../../base/clock.ts'
import { type Endpoint, formatEndpoint } from '../../base/network.ts'
import { forwardScheme } from './authenticate.ts'
import { type ChannelSecurity, clearText } from './channel-security.ts'
import { flightService, messageCodec } from './protocol.ts'
import { type Sealer, sealWords } from './sealed-words.ts'

const answerMsMax = 2_000
const wordLifetimeMs = 60_000
const cancelled = 1

const request = messageCodec<{ info: { endpoint: { ticket: { ticket: Buffer } }[] } }>(
  'CancelFlightInfoRequest',
)
const result = messageCodec<{ status: number | string }>('CancelFlightInfoResult')

export interface CancelElsewhereOptions {
  readonly sealer: Sealer
  readonly clock: Clock
  /** Runtime ports of the other nodes of the cluster, by their own addresses. */
  peers(): readonly Endpoint[]
  /** How peers are spoken to, and known. Default: in clear text. */
  security?(address: string): ChannelSecurity
}

/** Asks the other nodes to cancel the query of a ticket, in the user's name. A node that does not answer has no query that goes on. */
export function cancelElsewhere(options: CancelElsewhereOptions) {
  const { sealer, clock, peers } = options
  return async (ticket: Buffer, user: string): Promise<boolean> => {
    const token = sealWords(sealer, 'forward', { user, expiresMs: sealer.wallMs() + wordLifetimeMs })
    const metadata = new Metadata()
    metadata.set('authorization', `${forwardScheme} ${token.toString('base64url')}`)
    const body = request.encode({ info: { endpoint: [{ ticket: { ticket } }] } })
    const answers = await Promise.all(
      peers().map(peer => {
        const security = options.security?.(peer.address) ?? clearText
        const client = new Client(formatEndpoint(peer), security.credentials, security.options)
        return ask(client, clock, metadata, body)
      }),
    )
    return answers.includes(true)
  }
}

function ask(client: Client, clock: Clock, metadata: Metadata, body: Buffer): Promise<boolean> {
  const action = flightService['DoAction']
  return new Promise<boolean>(resolve => {
    if (action === undefined) return resolve(false)
    const { path, requestSerialize, responseDeserialize } = action
    const call = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { type: 'CancelFlightInfo', body },
      metadata,
    )
    let found = false
    const timer = clock.after(answerMsMax, () => call.cancel())
    call.on('data', (answer: { body: Buffer }) => {
      const { status } = result.decode(answer.body)
      found ||= status === cancelled || status === 'CANCEL_STATUS_CANCELLED'
    })
    call.on('error', () => undefined)
    call.on('close', () => {
      timer()
      resolve(found)
    })
  }).finally(() => client.close())
}
