import { unreachable } from '../base/assert.ts'
import { nearest } from '../base/nearest.ts'
import type { Mistake } from './mistakes.ts'
import { durationMs, sizeMegabytes } from './quantities.ts'
import type { DraftOf, Field, MapSchema, Schema, ValueOf } from './schema-kinds.ts'
import { topologyFileLimits } from './topology-schema.ts'
import { type Entry, type NodeView, viewNode } from './yaml-nodes.ts'
import { quoted, type Span, type YamlSource } from './yaml-source.ts'

/** What was read, and the means to say what else is wrong with it. */
export interface Validation<S extends Schema> {
  readonly draft: DraftOf<ValueOf<S>> | undefined
  readonly report: Report
}

/** Says that the value at a path is wrong. A value that is not written in the file is blamed on what encloses it. */
export type Report = (
  path: readonly (string | number)[],
  what: Pick<Mistake, 'found' | 'expected' | 'hint'>,
) => void

/** Reads the document by the schema. Every mistake goes to `mistakes`, at most `mistakesMax`. */
export function validate<S extends Schema>(
  source: YamlSource,
  schema: S,
  mistakes: Mistake[],
): Validation<S> {
  const spans = new Map<string, Span>()
  const report: Report = (path, what) => {
    if (mistakes.length >= topologyFileLimits.mistakesMax) return
    mistakes.push(source.mistake(nearestSpan(spans, path), { where: pathText(path), ...what }))
  }
  const walk: Walk = { source, spans, report }
  const draft = read(walk, schema, source.document.contents, [])
  return { draft: draft as DraftOf<ValueOf<S>> | undefined, report }
}

interface Walk {
  readonly source: YamlSource
  readonly spans: Map<string, Span>
  readonly report: Report
}

type Path = readonly (string | number)[]

function read(walk: Walk, schema: Schema, node: unknown, path: Path): unknown {
  const view = viewNode(walk.source.document, node)
  // A value that is nothing has no characters of its own; its key has.
  if (view.span !== undefined && view.span.end > view.span.start) walk.spans.set(pathText(path), view.span)
  if (schema.kind === 'map') return readMapping(walk, schema, view, path)
  if (schema.kind === 'list') return readList(walk, schema, view, path)
  if (view.kind === 'scalar') {
    const value = scalarValue(schema, view.value)
    if (value !== undefined) return value
  }
  const hint =
    schema.kind === 'choice' && view.kind === 'scalar' ? nearest(view.source, schema.of) : undefined
  const isTooLong = schema.kind === 'text' && view.kind === 'scalar' && view.source.length > schema.lengthMax
  walk.report(path, {
    found: describeNode(view),
    expected: isTooLong ? `at most ${schema.lengthMax} characters` : expectedWords(schema),
    ...(hint === undefined ? {} : { hint }),
  })
  return undefined
}

type ScalarSchema = Exclude<Schema, { kind: 'map' | 'list' }>

/** The value that a scalar stands for, or undefined when it is not one of the schema's. */
function scalarValue(schema: ScalarSchema, value: unknown): unknown {
  switch (schema.kind) {
    case 'text':
      return typeof value === 'string' && value.length <= schema.lengthMax && schema.pattern.test(value)
        ? value
        : undefined
    case 'whole':
      return typeof value === 'number' && Number.isInteger(value) && within(value, schema.min, schema.max)
        ? value
        : undefined
    case 'truth':
      return typeof value === 'boolean' ? value : undefined
    case 'choice':
      return typeof value === 'string' && schema.of.includes(value) ? value : undefined
    case 'duration':
      return quantity(durationMs, schema, value)
    case 'size':
      return quantity(sizeMegabytes, schema, value)
    default:
      return unreachable(schema)
  }
}

function quantity(
  parse: (text: string) => number | undefined,
  bounds: { readonly min: string; readonly max: string },
  value: unknown,
): number | undefined {
  const amount = typeof value === 'string' ? parse(value) : undefined
  return amount !== undefined && within(amount, parse(bounds.min) ?? 0, parse(bounds.max) ?? 0)
    ? amount
    : undefined
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max
}

/** What a schema allows, in words. */
export function expectedWords(schema: Schema): string {
  switch (schema.kind) {
    case 'text':
      return schema.expected
    case 'whole':
      return `a whole number from ${schema.min} to ${schema.max}`
    case 'truth':
      return 'true or false'
    case 'choice':
      return schema.of.join(', ').replace(/, ([^,]*)$/, ' or $1')
    case 'duration':
      return `a time from ${schema.min} to ${schema.max}, written like 250ms, 5s, 2m or 1h`
    case 'size':
      return `a size from ${schema.min} to ${schema.max}, written like 512MB or 2GB`
    case 'list':
      return schema.lengthMin === schema.lengthMax
        ? `a list of ${schema.lengthMin}`
        : `a list of ${schema.lengthMin} to ${schema.lengthMax}`
    case 'map':
      return `a mapping with the keys ${Object.keys(schema.fields).join(', ')}`
    default:
      return unreachable(schema)
  }
}

function describeNode(view: NodeView): string {
  switch (view.kind) {
    case 'mapping':
      return 'a mapping'
    case 'list':
      return `a list of ${view.items.length}`
    case 'scalar':
      return typeof view.value === 'string'
        ? quoted(view.value)
        : `the ${typeof view.value} ${quoted(view.source)}`
    case 'nothing':
      return 'nothing'
    default:
      return unreachable(view)
  }
}

function readList(
  walk: Walk,
  schema: Extract<Schema, { kind: 'list' }>,
  view: NodeView,
  path: Path,
): unknown {
  const isList = view.kind === 'list'
  if (!isList || view.items.length < schema.lengthMin || view.items.length > schema.lengthMax)
    walk.report(path, { found: describeNode(view), expected: expectedWords(schema) })
  if (!isList) return undefined
  return view.items
    .slice(0, schema.lengthMax)
    .map((item, index) => read(walk, schema.of, item, [...path, index]))
}

function readMapping(walk: Walk, schema: MapSchema, view: NodeView, path: Path): unknown {
  if (view.kind !== 'mapping') {
    walk.report(path, { found: describeNode(view), expected: expectedWords(schema) })
    return undefined
  }
  const keys = Object.keys(schema.fields)
  for (const entry of view.entries) reportUnknownKey(walk, keys, entry, path)
  const values: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(schema.fields)) {
    const entry = view.entries.find(each => each.key === key)
    const below = [...path, key]
    values[key] = entry === undefined ? readAbsent(walk, field, below) : readEntry(walk, field, entry, below)
  }
  return values
}

function readEntry(walk: Walk, field: Field, entry: Entry, path: Path): unknown {
  if (entry.keySpan !== undefined) walk.spans.set(pathText(path), entry.keySpan)
  return read(walk, field.schema, entry.value, path)
}

function readAbsent(walk: Walk, field: Field, path: Path): unknown {
  switch (field.presence.kind) {
    case 'required':
      walk.report(path, {
        found: 'nothing',
        expected: `the key ${String(path.at(-1))}: ${expectedWords(field.schema)}`,
      })
      return undefined
    case 'default':
      return defaultValue(field.schema, field.presence.value)
    case 'computed':
      return undefined
    case 'defaults-inside':
      return field.schema.kind === 'map' ? defaultsOf(field.schema) : undefined
    default:
      return unreachable(field.presence)
  }
}

function defaultValue(schema: Schema, written: string | number | boolean): unknown {
  return schema.kind === 'map' || schema.kind === 'list' ? undefined : scalarValue(schema, written)
}

/** A mapping of which nothing is written. No key of it may be required. */
export function defaultsOf<S extends MapSchema>(schema: S): ValueOf<S> {
  const values = Object.entries(schema.fields).map(([key, field]) => [
    key,
    field.presence.kind === 'default' ? defaultValue(field.schema, field.presence.value) : undefined,
  ])
  return Object.fromEntries(values) as ValueOf<S>
}

function reportUnknownKey(walk: Walk, keys: readonly string[], entry: Entry, path: Path): void {
  if (entry.key !== undefined && keys.includes(entry.key)) return
  const key = entry.key ?? '?'
  const below = [...path, key]
  if (entry.keySpan !== undefined) walk.spans.set(pathText(below), entry.keySpan)
  const meant = entry.key === undefined ? undefined : nearest(entry.key, keys)
  walk.report(below, {
    found: entry.key === undefined ? 'a key that is no plain word' : `the unknown key ${quoted(entry.key)}`,
    expected: `one of ${keys.join(', ')}`,
    ...(meant === undefined ? {} : { hint: meant }),
  })
}

/** `clusters[0].role` */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    const shown = step.length > 40 ? `${step.slice(0, 40)}…` : step
    return text === '' ? shown : `${text}.${shown}`
  }, '')
}

function nearestSpan(spans: ReadonlyMap<string, Span>, path: Path): Span {
  for (let length = path.length; length >= 0; length--) {
    const span = spans.get(pathText(path.slice(0, length)))
    if (span !== undefined) return span
  }
  return { start: 0, end: 1 }
}
