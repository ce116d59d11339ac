import { EverportError, renderForAws } from '../../base/errors.ts'
import { AwsRefusal } from '../refusal.ts'
import { writeLeaf } from './leaf-values.ts'
import type { Protocol, ServiceDefinition } from './service-definition.ts'
import type { ErrorModel, OperationModel, ServiceModel } from './service-model.ts'
import { unmodelledErrors } from './unmodelled-errors.ts'
import { escapeXml, writeMembers } from './write-xml.ts'

export interface AwsAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** An operation's output in its protocol's envelope. */
export function writeAnswer(
  { definition: { protocol, xmlNamespace } }: ServiceModel,
  { name, output, http }: OperationModel,
  value: object,
  requestId: string,
): AwsAnswer {
  const members = output === undefined ? '' : writeMembers(output, value)
  const xmlns = `xmlns="${xmlNamespace}"`
  const id = escapeXml(requestId)
  switch (protocol) {
    case 'awsQuery': {
      const result = output === undefined ? '' : `<${name}Result>${members}</${name}Result>`
      const metadata = `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>`
      return xmlAnswer(200, requestId, `<${name}Response ${xmlns}>${result}${metadata}</${name}Response>`)
    }
    case 'ec2Query':
      return xmlAnswer(
        200,
        requestId,
        `<${name}Response ${xmlns}><requestId>${id}</requestId>${members}</${name}Response>`,
      )
    case 'restXml': {
      const root = output?.name ?? `${name}Response`
      const answer = xmlAnswer(http.status, requestId, `<${root} ${xmlns}>${members}</${root}>`)
      return { ...answer, headers: { ...answer.headers, ...boundHeaders(output, value) } }
    }
  }
}

/** Members that restXml binds to headers, such as Location. */
function boundHeaders(output: OperationModel['output'], value: object): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, part] of Object.entries(value)) {
    const member = output?.byName.get(name)
    if (member?.place.kind !== 'header' || member.shape.kind !== 'leaf' || part === undefined) continue
    headers[member.place.name] = writeLeaf(member.shape.type, part).replaceAll(/[^\x20-\x7e]/g, '')
  }
  return headers
}

/** A refusal in its protocol's envelope. `errors` are those that the service models. */
export function writeRefusal(
  refused: AwsRefusal | EverportError,
  { protocol, xmlNamespace }: Pick<ServiceDefinition, 'protocol' | 'xmlNamespace'>,
  errors: ReadonlyMap<string, ErrorModel>,
  requestId: string,
): AwsAnswer {
  const { status, type, code, message, messages } = wordsOf(refused, protocol, errors)
  const error = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`
  const id = escapeXml(requestId)
  if (protocol === 'ec2Query')
    return xmlAnswer(
      status,
      requestId,
      `<Response><Errors><Error>${error}</Error></Errors><RequestID>${id}</RequestID></Response>`,
    )
  // Beside Error and in lower case: where both the JavaScript SDK and botocore look for the list.
  const list =
    messages === undefined
      ? ''
      : `<messages>${messages.map(text => `<Message>${escapeXml(text)}</Message>`).join('')}</messages>`
  return xmlAnswer(
    status,
    requestId,
    `<ErrorResponse xmlns="${xmlNamespace}"><Error><Type>${type}</Type>${error}</Error>${list}<RequestId>${id}</RequestId></ErrorResponse>`,
  )
}

interface RefusalWords {
  readonly status: number
  readonly type: 'Sender' | 'Receiver'
  readonly code: string
  readonly message: string
  readonly messages: readonly string[] | undefined
}

function wordsOf(
  refused: AwsRefusal | EverportError,
  protocol: Protocol,
  errors: ReadonlyMap<string, ErrorModel>,
): RefusalWords {
  if (refused instanceof EverportError) {
    const words = renderForAws(refused)
    // EC2 calls its own failures so, and its clients try those again.
    const code = protocol === 'ec2Query' && words.code === 'InternalFailure' ? 'InternalError' : words.code
    return { ...words, code, messages: undefined }
  }
  const model = errors.get(refused.code)
  const status = refused.httpStatus ?? model?.httpStatus ?? unmodelledErrors[refused.code] ?? 400
  return {
    status,
    type: status < 500 ? 'Sender' : 'Receiver',
    code: refused.code,
    message: refused.message,
    messages: model?.hasMessages === true ? (refused.messages ?? [refused.message]) : undefined,
  }
}

function xmlAnswer(status: number, requestId: string, xml: string): AwsAnswer {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=utf-8', 'x-amzn-requestid': requestId },
    body: declaration + xml,
  }
}
