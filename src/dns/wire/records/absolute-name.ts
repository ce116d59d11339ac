import { isAbsolute, type Name, nameToWire } from '../name.ts'

/** A name in a value: checked, and with its final dot. Route 53 takes names in values as absolute, with the dot or without. */
export function absoluteName(text: string): Name {
  nameToWire(text)
  return isAbsolute(text) ? text : `${text}.`
}
