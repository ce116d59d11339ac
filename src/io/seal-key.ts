import { join } from 'node:path'
import { EverportError } from '../base/errors.ts'
import { placeOnce, readIfThere } from './private-files.ts'

export const sealKeyFileName = 'secret.key'

/** The key that seals secrets in the store: a file of the state folder, for its owner alone. Undefined when there is none. */
export function readSealKey(stateDir: string): Uint8Array | undefined {
  const path = join(stateDir, sealKeyFileName)
  const text = readIfThere(path)
  if (text === undefined) return undefined
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length === 32) return Uint8Array.from(key)
  throw new EverportError('file_error', `${path} is damaged: expected 32 bytes in base64`, {
    hint: 'bring back a copy of it; without it secrets in the store cannot be read and must be made anew',
  })
}

/** Makes one when there is none; of two that do so at once, both get the same. */
export function ensureSealKey(stateDir: string, newKey: Uint8Array): Uint8Array {
  const known = readSealKey(stateDir)
  if (known !== undefined) return known
  placeOnce(join(stateDir, sealKeyFileName), `${Buffer.from(newKey).toString('base64')}\n`)
  return readSealKey(stateDir) ?? newKey
}
