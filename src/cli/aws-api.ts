import { EverportError } from '../base/errors.ts'
import { type Call, errorCode } from '../provision/calls.ts'
import { awsCredentialsFileName } from './aws-profile.ts'
import { sdkCalls } from './sdk-calls.ts'

/** Options of the commands that call AWS's APIs, or Everport's. */
export const apiOptions = {
  endpoint: { type: 'string' },
  profile: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

export const apiOptionsHelp = `  --endpoint URL   Everport's API, such as http://127.0.0.1:8400; without it AWS is called
  --profile NAME   credentials of that profile, found as the aws CLI finds them
`

export interface Api {
  readonly call: Call
  readonly provider: 'aws' | 'everport'
  close(): void
}

/** Connects when first called. Credentials are found as the aws CLI finds them: environment, shared files, instance role. */
export function openApi(
  region: string,
  { endpoint, profile }: { endpoint?: string | undefined; profile?: string | undefined },
): Api {
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    throw new EverportError('invalid_input', `--endpoint ${endpoint} is no URL`, {
      hint: '--endpoint http://127.0.0.1:8400',
    })
  }
  const sdk = sdkCalls({ region, url: endpoint, profile })
  const isAws = endpoint === undefined || /\.amazonaws\.com(?:\.cn)?$/.test(new URL(endpoint).hostname)
  const told: Told = {
    endpoint,
    accessHint:
      profile !== undefined
        ? `see that the profile ${profile} is in your AWS configuration: aws configure list-profiles`
        : isAws
          ? accessHint
          : `${accessHint}; an Everport's own are in its state folder: AWS_SHARED_CREDENTIALS_FILE=.everport/${awsCredentialsFileName}`,
  }
  return { call: toldErrors(sdk, told), provider: isAws ? 'aws' : 'everport', close: () => sdk.close() }
}

const accessHint =
  'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SHARED_CREDENTIALS_FILE, or name a --profile'

/** What errors say of how the API was called. */
interface Told {
  readonly endpoint: string | undefined
  readonly accessHint: string
}

/** What the API refused, as one error that says which call it was. Errors that a step expects by their code pass as they are. */
function toldErrors(call: Call, told: Told): Call {
  return async (service, operation, input) => {
    try {
      return await call(service, operation, input)
    } catch (error) {
      if (isOtherServer(error)) {
        throw new EverportError(
          'source_failed',
          `${told.endpoint ?? service} does not answer as the AWS APIs do`,
          {
            detail: `${service} ${operation} was answered with something else`,
            hint: "--endpoint is the address of an Everport's control, such as http://127.0.0.1:8400",
          },
        )
      }
      if (errorCode(error) !== undefined && !isAboutAccess(error)) throw error
      throw asTold(error, `${service} ${operation}`, told.accessHint)
    }
  }
}

function isAboutAccess(error: unknown): boolean {
  return /^(?:UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied|AuthFailure|ExpiredToken|MissingAuthenticationToken)/.test(
    errorCode(error) ?? '',
  )
}

/** The SDK got an answer that it cannot read: neither a result nor an error of the APIs. */
function isOtherServer(error: unknown): boolean {
  return (
    error instanceof Error && /Deserialization error|XML parse error|Unexpected token/.test(error.message)
  )
}

/** For the terminal, of whatever a call ended with. */
export function asTold(error: unknown, what: string, hint = accessHint): unknown {
  if (error instanceof EverportError || !(error instanceof Error)) return error
  const { name, message } = error
  if (isAboutAccess(error) || name === 'CredentialsProviderError') {
    return new EverportError('invalid_authorization', `${what}: ${message || name}`, {
      hint,
    })
  }
  const cause = 'code' in error ? String(error.code) : errorCode(error)
  if (cause === undefined) return error
  return new EverportError('source_failed', `${what}: ${message || cause}`, { detail: cause })
}
