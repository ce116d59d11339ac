import { checkConstraint } from './check-constraint.ts'
import { type Decoded, typeProblem } from './decode-query.ts'
import { readLeaf } from './leaf-values.ts'
import type { XmlElement } from './parse-xml.ts'
import { itemOf, memberOf, type Problem, top, type Where } from './problem.ts'
import { requestLimits } from './request-limits.ts'
import type { Constraint, Member, Shape, StructureShape } from './shape.ts'

/** The parts of a restXml request that members are bound to. */
export interface RestParts {
  /** By the name in the path's pattern, percent-decoded. */
  readonly labels: ReadonlyMap<string, string>
  readonly query: ReadonlyMap<string, readonly string[]>
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: XmlElement | undefined
}

/** Members from path, query and headers by their bindings, the others from the body's element. */
export function decodeRestXml(shape: StructureShape | undefined, parts: RestParts): Decoded {
  const problems: Problem[] = []
  if (shape === undefined) return { input: {}, problems }
  const input: Record<string, unknown> = {}
  const body = byName(parts.body)
  for (const member of shape.members) {
    const where = memberOf(top, member.name, member.xmlName)
    const value =
      member.place.kind === 'body'
        ? readElements(member, body.get(member.xmlName), where, problems)
        : readBound(member, boundTexts(member.place, parts), where, problems)
    if (value !== undefined) input[member.name] = value
  }
  tellUnknown(shape, body, top, problems)
  return { input, problems }
}

function boundTexts(
  place: Exclude<Member['place'], { kind: 'body' }>,
  { labels, query, headers }: RestParts,
): readonly string[] {
  const found =
    place.kind === 'label'
      ? labels.get(place.name)
      : place.kind === 'query'
        ? query.get(place.name)
        : headers[place.name]
  return found === undefined ? [] : typeof found === 'string' ? [found] : found
}

function readBound(member: Member, texts: readonly string[], where: Where, problems: Problem[]): unknown {
  const { shape, constraint } = member
  if (texts.length === 0) {
    if (member.isRequired) problems.push(missing(where))
    return undefined
  }
  if (shape.kind === 'list')
    return texts.map(text => readText(shape.item, text, constraint?.each, where, problems))
  return readText(shape, texts[0] ?? '', constraint, where, problems)
}

function readElements(
  member: Member,
  elements: readonly XmlElement[] | undefined,
  where: Where,
  problems: Problem[],
): unknown {
  const element = elements?.[0]
  if (element === undefined) {
    if (member.isRequired) problems.push(missing(where))
    return undefined
  }
  return readElement(member.shape, element, member.constraint, where, problems)
}

function readElement(
  shape: Shape,
  element: XmlElement,
  constraint: Constraint | undefined,
  where: Where,
  problems: Problem[],
): unknown {
  switch (shape.kind) {
    case 'structure': {
      const value: Record<string, unknown> = {}
      const children = byName(element)
      for (const member of shape.members) {
        const inside = memberOf(where, member.name, member.xmlName)
        const read = readElements(member, children.get(member.xmlName), inside, problems)
        if (read !== undefined) value[member.name] = read
      }
      tellUnknown(shape, children, where, problems)
      return value
    }
    case 'list': {
      const items = element.children.filter(({ name }) => name === shape.itemName)
      const list = items
        .slice(0, requestLimits.listItemsMax)
        .map((item, at) =>
          readElement(
            shape.item,
            item,
            constraint?.each,
            itemOf(where, at + 1, `${shape.itemName}.${at + 1}`),
            problems,
          ),
        )
      if (constraint !== undefined) checkConstraint(constraint, list, where, problems)
      return list
    }
    case 'map':
      problems.push(typeProblem(where, '', 'structure'))
      return undefined
    case 'leaf':
      return readText(shape, element.text, constraint, where, problems)
  }
}

function readText(
  shape: Shape,
  text: string,
  constraint: Constraint | undefined,
  where: Where,
  problems: Problem[],
): unknown {
  const value = shape.kind === 'leaf' ? readLeaf(shape.type, text) : undefined
  if (value === undefined)
    problems.push(typeProblem(where, text, shape.kind === 'leaf' ? shape.type : shape.kind))
  else if (constraint !== undefined) checkConstraint(constraint, value, where, problems)
  return value
}

function byName(element: XmlElement | undefined): Map<string, XmlElement[]> {
  const children = new Map<string, XmlElement[]>()
  for (const child of element?.children ?? []) {
    const same = children.get(child.name)
    if (same === undefined) children.set(child.name, [child])
    else same.push(child)
  }
  return children
}

function missing({ wire, path }: Where): Problem {
  return { kind: 'missing', wirePath: wire, path, value: undefined, rule: 'Member must not be null' }
}

function tellUnknown(
  shape: StructureShape,
  children: ReadonlyMap<string, readonly XmlElement[]>,
  where: Where,
  problems: Problem[],
): void {
  for (const name of children.keys()) {
    if (shape.byXmlName.has(name) || problems.length > requestLimits.problemsMax) continue
    const inside = memberOf(where, name, name)
    problems.push({ kind: 'unknown', wirePath: inside.wire, path: inside.path, value: undefined, rule: '' })
  }
}
