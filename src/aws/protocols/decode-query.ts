import { checkConstraint } from './check-constraint.ts'
import { readLeaf } from './leaf-values.ts'
import { itemOf, memberOf, type Problem, top, type Where } from './problem.ts'
import { requestLimits } from './request-limits.ts'
import type { Constraint, Shape, StructureShape } from './shape.ts'

export interface Decoded {
  readonly input: Readonly<Record<string, unknown>>
  readonly problems: readonly Problem[]
}

/** A parameter, and those whose names go on after its name and a dot. */
interface ParameterNode {
  value: string | undefined
  readonly children: Map<string, ParameterNode>
}

/**
 * Parameters of a query protocol to an operation's input. `isEc2`: lists are `Name.N`; else `Name.member.N`. What is wrong is collected,
 * not thrown: each service has its own words for it.
 */
export function decodeQuery(
  shape: StructureShape | undefined,
  parameters: Iterable<readonly [name: string, value: string]>,
  isEc2: boolean,
): Decoded {
  const problems: Problem[] = []
  const root = parameterTree(parameters, problems)
  const input = shape === undefined ? {} : readStructure(shape, root, top, { problems, isEc2 })
  return { input, problems }
}

interface Reading {
  readonly problems: Problem[]
  readonly isEc2: boolean
}

/** Names that speak of the request and not of the input. */
const isAboutRequest = (name: string): boolean =>
  name === 'Action' || name === 'Version' || /^x-amz-/i.test(name)

function parameterTree(parameters: Iterable<readonly [string, string]>, problems: Problem[]): ParameterNode {
  const root: ParameterNode = { value: undefined, children: new Map() }
  let count = 0
  for (const [name, value] of parameters) {
    if (isAboutRequest(name)) continue
    const steps = name.split('.', requestLimits.depthMax + 1)
    if (++count > requestLimits.parametersMax || steps.length > requestLimits.depthMax) {
      const rule = `At most ${requestLimits.parametersMax} parameters, each at most ${requestLimits.depthMax} levels deep`
      problems.push({ kind: 'constraint', wirePath: shownName(name), path: shownName(name), value, rule })
      break
    }
    let node = root
    for (const step of steps) {
      let next = node.children.get(step)
      if (next === undefined) {
        next = { value: undefined, children: new Map() }
        node.children.set(step, next)
      }
      node = next
    }
    node.value = value
  }
  return root
}

function readShape(
  shape: Shape,
  node: ParameterNode,
  where: Where,
  constraint: Constraint | undefined,
  reading: Reading,
): unknown {
  switch (shape.kind) {
    case 'structure':
      return readStructure(shape, node, where, reading)
    case 'list': {
      const list = readList(shape.item, shape.itemName, node, where, constraint?.each, reading)
      if (constraint !== undefined) checkConstraint(constraint, list, where, reading.problems)
      return list
    }
    case 'map':
      return readMap(shape.value, node, where, reading)
    case 'leaf': {
      const text = node.value ?? ''
      const value = readLeaf(shape.type, text)
      if (value === undefined || node.children.size > 0)
        reading.problems.push(typeProblem(where, text, shape.type))
      else if (constraint !== undefined) checkConstraint(constraint, value, where, reading.problems)
      return value
    }
  }
}

function readStructure(
  shape: StructureShape,
  node: ParameterNode,
  where: Where,
  reading: Reading,
): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const member of shape.members) {
    const child = node.children.get(member.queryName)
    const inside = memberOf(where, member.name, member.queryName)
    if (child !== undefined) {
      const read = readShape(member.shape, child, inside, member.constraint, reading)
      if (read !== undefined) value[member.name] = read
    } else if (member.isRequired)
      reading.problems.push({
        kind: 'missing',
        wirePath: inside.wire,
        path: inside.path,
        value: undefined,
        rule: 'Member must not be null',
      })
  }
  tellUnknown(node, where, name => shape.byQueryName.has(name), reading)
  return value
}

/** Items by their numbers; gaps are closed, as AWS does. `Name=` alone is an empty list. */
function readList(
  item: Shape,
  itemName: string,
  node: ParameterNode,
  where: Where,
  each: Constraint | undefined,
  reading: Reading,
): unknown[] {
  const numbered = reading.isEc2 ? node : node.children.get(itemName)
  if (!reading.isEc2) tellUnknown(node, where, name => name === itemName, reading)
  if (numbered === undefined) return []
  tellUnknown(numbered, where, isIndex, reading)
  const indices = [...numbered.children.keys()].filter(isIndex).map(Number)
  indices.sort((a, b) => a - b)
  return indices.slice(0, requestLimits.listItemsMax).map((index, at) => {
    const wireName = reading.isEc2 ? String(index) : `${itemName}.${index}`
    const child = numbered.children.get(String(index)) as ParameterNode
    return readShape(item, child, itemOf(where, at + 1, wireName), each, reading)
  })
}

/** `Name.entry.N.key` and `Name.entry.N.value`. */
function readMap(valueShape: Shape, node: ParameterNode, where: Where, reading: Reading): unknown {
  const entries: [string, unknown][] = []
  for (const [index, entry] of node.children.get('entry')?.children ?? []) {
    const inside = itemOf(where, entries.length + 1, `entry.${index}`)
    const valueNode = entry.children.get('value') ?? { value: '', children: new Map() }
    entries.push([
      entry.children.get('key')?.value ?? '',
      readShape(valueShape, valueNode, inside, undefined, reading),
    ])
  }
  return Object.fromEntries(entries)
}

function isIndex(name: string): boolean {
  return /^[1-9]\d{0,6}$/.test(name)
}

function tellUnknown(
  node: ParameterNode,
  where: Where,
  isKnown: (name: string) => boolean,
  { problems }: Reading,
): void {
  for (const name of node.children.keys()) {
    if (isKnown(name) || problems.length > requestLimits.problemsMax) continue
    const inside = memberOf(where, shownName(name), shownName(name))
    problems.push({ kind: 'unknown', wirePath: inside.wire, path: inside.path, value: undefined, rule: '' })
  }
}

export function typeProblem(where: Where, value: string, type: string): Problem {
  const rule = type === 'blob' ? 'Member must be base64' : `Member must be a ${type}`
  return { kind: 'type', wirePath: where.wire, path: where.path, value, rule }
}

function shownName(name: string): string {
  return name.slice(0, requestLimits.shownCharactersMax)
}
