import type { Filter } from '@aws-sdk/client-ec2'
import { nearest } from '../../base/nearest.ts'
import { refuse } from './refuse.ts'

/** What a filter of that name looks at: an item passes when one of its values matches one of the filter's. */
export type FilterValues<T> = Readonly<Record<string, (item: T) => readonly (string | undefined)[]>>

interface Taggable {
  readonly Tags?:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined
}

/** Of everything that has tags: `tag-key`, `tag-value`, `tag:<key>`. */
function tagValues(name: string): ((item: Taggable) => readonly (string | undefined)[]) | undefined {
  if (name === 'tag-key') return ({ Tags = [] }) => Tags.map(({ Key }) => Key)
  if (name === 'tag-value') return ({ Tags = [] }) => Tags.map(({ Value = '' }) => Value)
  if (!name.startsWith('tag:')) return undefined
  const key = name.slice('tag:'.length)
  return ({ Tags = [] }) => Tags.filter(({ Key }) => Key === key).map(({ Value = '' }) => Value)
}

/** All filters hold, each with one of its values; `*` stands for any characters, `?` for one. Names that nobody knows are refused. */
export function filtered<T extends Taggable>(
  items: readonly T[],
  filters: readonly Filter[] | undefined,
  known: FilterValues<T>,
): T[] {
  const tests = (filters ?? []).map(({ Name = '', Values = [] }) => {
    const valuesOf = known[Name] ?? tagValues(Name)
    if (valuesOf === undefined) throw unknownFilter(Name, Object.keys(known))
    const patterns = Values.map(patternOf)
    return (item: T) =>
      valuesOf(item).some(value => value !== undefined && patterns.some(pattern => pattern.test(value)))
  })
  return items.filter(item => tests.every(test => test(item)))
}

function unknownFilter(name: string, known: readonly string[]) {
  const near = nearest(name, known)
  return refuse(
    'InvalidParameterValue',
    `The filter '${name}' is invalid${near === undefined ? '' : `; did you mean '${near}'?`}`,
  )
}

function patternOf(value: string): RegExp {
  const parts = value.split(/(\\.|\*|\?)/s).map(part => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    const literal = part.startsWith('\\') && part.length === 2 ? part.slice(1) : part
    return literal.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  })
  return new RegExp(`^${parts.join('')}$`, 's')
}
