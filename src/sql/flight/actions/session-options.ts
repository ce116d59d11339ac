import { decoded } from '../any-message.ts'
import { messageCodec } from '../protocol.ts'
import type { ActionHandler } from './actions.ts'

interface OptionValue {
  readonly string_value?: string
}

const setRequest = messageCodec<{ session_options: Record<string, OptionValue> }>('SetSessionOptionsRequest')
const setResult = messageCodec<{ errors: Record<string, { value: number }> }>('SetSessionOptionsResult')
const getResult = messageCodec<{ session_options: Record<string, OptionValue> }>('GetSessionOptionsResult')
const closeResult = messageCodec<{ status: number }>('CloseSessionResult')

/** ErrorValue of SetSessionOptionsResult. */
const invalidName = 1
const invalidValue = 2
/** Status of CloseSessionResult. */
const closed = 1

const schema = 'public'

/** Nothing is kept between calls, so an option can only say what is so anyway: drivers send the catalog that they were given. */
export const setSessionOptions: ActionHandler = (body, { database }) => {
  const { session_options: options } = decoded(setRequest, 'SetSessionOptionsRequest', body)
  const known: Readonly<Record<string, string>> = { catalog: database, schema }
  const errors: Record<string, { value: number }> = {}
  for (const [name, { string_value: value }] of Object.entries(options)) {
    const only = Object.hasOwn(known, name) ? known[name] : undefined
    if (only === undefined) errors[name] = { value: invalidName }
    else if (value !== only) errors[name] = { value: invalidValue }
  }
  return setResult.encode({ errors })
}

export const getSessionOptions: ActionHandler = (_body, { database }) =>
  getResult.encode({
    session_options: { catalog: { string_value: database }, schema: { string_value: schema } },
  })

export const closeSession: ActionHandler = () => closeResult.encode({ status: closed })
