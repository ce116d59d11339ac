import type { ByteWriter } from '../../byte-writer.ts'

/** The fast-path call of old clients. It is always refused, so its arguments are not read. */
export interface FunctionCall {
  readonly kind: 'FunctionCall'
  readonly data: Uint8Array
}

export function encodeFunctionCall(message: FunctionCall, to: ByteWriter): void {
  to.begin('F').bytes(message.data).end()
}

export function decodeFunctionCall(body: Uint8Array): FunctionCall {
  return { kind: 'FunctionCall', data: body }
}
