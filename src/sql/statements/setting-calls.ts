import { EverportError } from '../../base/errors.ts'
import { TokenCursor } from './token-cursor.ts'

/** An argument of set_config: what stands there, or the number of a parameter. */
export type SettingArgument =
  | { readonly kind: 'constant'; readonly text: string | undefined }
  | { readonly kind: 'parameter'; readonly number: number }

/** A call of set_config. PostgreSQL runs it for every row; here a statement that has one makes the change, once, as it begins. */
export interface SettingCall {
  readonly name: SettingArgument
  readonly value: SettingArgument
  readonly isLocal: SettingArgument
}

/** The calls of a statement, in their order. Throws 'feature_not_supported' for arguments that are neither constants nor parameters. */
export function settingCalls(statement: string): readonly SettingCall[] {
  if (!/set_config/i.test(statement)) return []
  const calls: SettingCall[] = []
  const tokens = new TokenCursor(statement)
  while (!tokens.isAtEnd) {
    if (tokens.kind !== 'word' && tokens.kind !== 'identifier') {
      tokens.skip()
      continue
    }
    if (tokens.name() !== 'set_config' || !tokens.acceptSymbol('(')) continue
    const [name, value, isLocal, more] = readArguments(tokens)
    if (name === undefined || value === undefined || isLocal === undefined || more !== undefined) continue
    calls.push({ name, value, isLocal })
  }
  return calls
}

function readArguments(tokens: TokenCursor): SettingArgument[] {
  const found: SettingArgument[] = []
  do found.push(readArgument(tokens))
  while (tokens.acceptSymbol(','))
  if (!tokens.acceptSymbol(')')) throw computed()
  return found
}

/** Clients write a cast behind a parameter. */
function readArgument(tokens: TokenCursor): SettingArgument {
  const found = tokens.acceptParameter()
  const argument: SettingArgument =
    found === undefined ? constant(tokens) : { kind: 'parameter', number: found }
  while (tokens.acceptSymbol(':')) {
    if (!tokens.acceptSymbol(':') || tokens.kind !== 'word') throw computed()
    tokens.name()
  }
  return argument
}

function constant(tokens: TokenCursor): SettingArgument {
  if (tokens.accept('null')) return { kind: 'constant', text: undefined }
  if (tokens.kind !== 'string' && tokens.keyword !== 'true' && tokens.keyword !== 'false') throw computed()
  return { kind: 'constant', text: tokens.value() }
}

function computed(): EverportError {
  return new EverportError('feature_not_supported', 'set_config takes constants and parameters here', {
    hint: 'compute the value in the client, or use SET',
  })
}
