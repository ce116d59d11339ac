import { Readable } from 'node:stream'
import type { AwsAnswer } from '../aws/protocols/envelope.ts'
import type { HttpRequest } from '../aws/sigv4/http-request.ts'

/** The request that an SDK client would send, as far as we use it. */
interface SdkRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | string[] | null | undefined>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** A `requestHandler` for clients of the AWS SDK that asks in this process, without a socket. */
export function sdkHandler(answer: (request: HttpRequest) => Promise<AwsAnswer>) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest) {
      const { status, headers, body } = await answer(asReceived(request))
      return {
        response: { statusCode: status, headers: { ...headers }, body: Readable.from([Buffer.from(body)]) },
      }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  }
}

/** For clients that are only asked what they would send. */
export const sdkCredentials = { accessKeyId: 'AKIAEXAMPLEEXAMPLE', secretAccessKey: 'a secret of no use' }

function asReceived({ method, path, query = {}, headers, body }: SdkRequest): HttpRequest {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map(
      one => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`,
    ),
  )
  return {
    method,
    path,
    query: pairs.join('&'),
    headers: Object.entries(headers),
    body: body === undefined ? new Uint8Array() : Buffer.from(body as string),
  }
}
