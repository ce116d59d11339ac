import type { Member, Shape, StructureShape } from '../aws/protocols/shape.ts'
import { below, choose, type Random } from '../base/random.ts'

const itemsMax = 3
const depthMax = 6
const texts = ['a', 'i-0123456789abcdef0', 'Zürich & <b>"x"', 'two words', '100%+', "it's", 'x=1;y=2']

/** A value of the shape with some of its optional members; lists and structures are never empty, which no query can tell from absent. */
export function randomStructure(shape: StructureShape, random: Random, depth = 0): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const member of shape.members) {
    const isWanted = member.isRequired || member.place.kind === 'label' || below(random, 3) > 0
    const part = isWanted && depth < depthMax ? randomMember(member, random, depth) : undefined
    if (part !== undefined) value[member.name] = part
  }
  return value
}

function randomMember(member: Member, random: Random, depth: number): unknown {
  if (member.place.kind !== 'body' && member.shape.kind === 'leaf' && member.shape.type === 'string')
    return `x${below(random, 1_000)}`
  return randomValue(member.shape, random, depth)
}

function randomValue(shape: Shape, random: Random, depth: number): unknown {
  switch (shape.kind) {
    case 'structure': {
      const value = randomStructure(shape, random, depth + 1)
      return Object.keys(value).length === 0 ? undefined : value
    }
    case 'list': {
      const items = Array.from({ length: 1 + below(random, itemsMax) }, () =>
        randomValue(shape.item, random, depth + 1),
      ).filter(item => item !== undefined)
      return items.length === 0 ? undefined : items
    }
    case 'map':
      return { [`key${below(random, 9)}`]: randomValue(shape.value, random, depth + 1) }
    case 'leaf':
      switch (shape.type) {
        case 'string':
          return choose(random, texts)
        case 'number':
          return below(random, 100_000)
        case 'boolean':
          return below(random, 2) === 1
        case 'timestamp':
          return new Date(1_900_000_000_000 + below(random, 1_000_000) * 1_000)
        case 'blob':
          return Uint8Array.of(1, 2, below(random, 256))
      }
  }
}
