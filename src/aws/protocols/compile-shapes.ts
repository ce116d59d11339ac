import { NormalizedSchema } from '@smithy/core/schema'
import { assert } from '../../base/assert.ts'
import type { Constraints, LeafType, Member, MemberPlace, Shape, StructureShape } from './shape.ts'

export interface ShapeCompiler {
  /** `schema` is what the SDK exports, or what one of its operations refers to. Undefined for "nothing" (the unit shape). */
  structure(schema: SchemaReference): StructureShape | undefined
}

export type SchemaReference = Parameters<typeof NormalizedSchema.of>[0]

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Compiles schemas to plans. In a query a member is called by its XML name; EC2 has names of its own for queries, else the XML name with
 * its first letter in upper case (AWS's ec2Query protocol).
 */
export function shapeCompiler(isEc2: boolean, constraints: Constraints): ShapeCompiler {
  // Shapes may hold themselves: each is known before its members are compiled.
  const known = new Map<unknown, Shape>()

  const shapeOf = (schema: NormalizedSchema): Shape => {
    const raw = schema.getSchema()
    const isComposite = schema.isStructSchema() || schema.isListSchema() || schema.isMapSchema()
    if (!isComposite) return { kind: 'leaf', type: leafType(schema) }
    const found = known.get(raw)
    if (found !== undefined) return found
    if (schema.isStructSchema()) return structureOf(schema, raw)
    if (schema.isListSchema()) {
      const item = schema.getValueSchema()
      const list: Mutable<Extract<Shape, { kind: 'list' }>> = {
        kind: 'list',
        item: unknownShape,
        itemName: item.getMergedTraits().xmlName ?? 'member',
      }
      known.set(raw, list)
      list.item = shapeOf(item)
      return list
    }
    const map: Mutable<Extract<Shape, { kind: 'map' }>> = { kind: 'map', value: unknownShape }
    known.set(raw, map)
    map.value = shapeOf(schema.getValueSchema())
    return map
  }

  const structureOf = (schema: NormalizedSchema, raw: unknown): StructureShape => {
    const name = schema.getName() ?? ''
    const members: Member[] = []
    const structure = {
      kind: 'structure' as const,
      name,
      members,
      byName: new Map<string, Member>(),
      byQueryName: new Map<string, Member>(),
      byXmlName: new Map<string, Member>(),
    }
    known.set(raw, structure)
    // A structure's schema lists its required members first and ends with their number.
    const requiredCount = Array.isArray(raw) && typeof raw[6] === 'number' ? raw[6] : 0
    for (const [memberName, memberSchema] of schema.structIterator()) {
      const traits = memberSchema.getMergedTraits()
      const xmlName = memberSchema.getMemberTraits().xmlName ?? memberName
      const member: Member = {
        name: memberName,
        shape: shapeOf(memberSchema),
        isRequired: members.length < requiredCount,
        xmlName,
        queryName: isEc2 ? ((traits['ec2QueryName'] as string | undefined) ?? capitalized(xmlName)) : xmlName,
        place: placeOf(memberName, traits),
        constraint: constraints[name]?.[memberName],
      }
      members.push(member)
      structure.byName.set(memberName, member)
      structure.byQueryName.set(member.queryName, member)
      structure.byXmlName.set(member.xmlName, member)
    }
    return structure
  }

  return {
    structure(reference) {
      const schema = NormalizedSchema.of(reference)
      if (schema.isUnitSchema()) return undefined
      const shape = shapeOf(schema)
      assert(shape.kind === 'structure', 'the input and output of an operation are structures')
      return shape
    },
  }
}

/** Stands in until a list or map that holds itself is compiled. */
const unknownShape: Shape = { kind: 'leaf', type: 'string' }

function leafType(schema: NormalizedSchema): LeafType {
  if (schema.isBooleanSchema()) return 'boolean'
  if (schema.isNumericSchema()) return 'number'
  if (schema.isTimestampSchema()) return 'timestamp'
  if (schema.isBlobSchema()) return 'blob'
  assert(schema.isStringSchema(), `no codec for ${schema.getName(true) ?? 'a shape'}`)
  return 'string'
}

function placeOf(memberName: string, traits: ReturnType<NormalizedSchema['getMergedTraits']>): MemberPlace {
  if (traits.httpLabel !== undefined) return { kind: 'label', name: memberName }
  if (traits.httpQuery !== undefined) return { kind: 'query', name: traits.httpQuery }
  if (traits.httpHeader !== undefined) return { kind: 'header', name: traits.httpHeader.toLowerCase() }
  assert(traits.httpPayload === undefined, 'no operation that we serve has a payload member')
  return { kind: 'body' }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
