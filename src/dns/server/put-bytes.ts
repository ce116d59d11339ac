import { byteAt } from '../wire/reader.ts'

/** For a few bytes: up to some hundred, a loop is quicker than the call of `set`. */
export function putBytes(to: Uint8Array, at: number, bytes: Uint8Array): void {
  const { length } = bytes
  if (length > 256) to.set(bytes, at)
  else for (let i = 0; i < length; i++) to[at + i] = byteAt(bytes, i)
}
