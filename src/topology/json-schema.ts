import { unreachable } from '../base/assert.ts'
import type { Json } from '../base/json.ts'
import { durationPattern, sizePattern } from './quantities.ts'
import type { Field, Schema } from './schema-kinds.ts'
import { topologySchema } from './topology-schema.ts'
import { expectedWords } from './validate.ts'

type JsonObject = { readonly [key: string]: Json | undefined }

/**
 * What editors complete and explain by. Draft 7, which the YAML language server reads best. Rules between values
 * (two primaries, a port used twice) are beyond it; `everport check` knows them.
 */
export function topologyJsonSchema(): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Everport topology',
    description: 'Clusters, ports, name server and health checks of one Everport installation.',
    ...schemaOf(topologySchema),
  }
}

function schemaOf(schema: Schema): JsonObject {
  switch (schema.kind) {
    case 'text':
      return {
        type: 'string',
        pattern: schema.pattern.source,
        maxLength: schema.lengthMax,
        ...failureText(schema),
      }
    case 'whole':
      return { type: 'integer', minimum: schema.min, maximum: schema.max }
    case 'truth':
      return { type: 'boolean' }
    case 'choice':
      return { enum: schema.of }
    case 'duration':
      return { type: 'string', pattern: durationPattern.source, ...failureText(schema) }
    case 'size':
      return { type: 'string', pattern: sizePattern.source, ...failureText(schema) }
    case 'list':
      return {
        type: 'array',
        items: schemaOf(schema.of),
        minItems: schema.lengthMin,
        maxItems: schema.lengthMax,
        ...(schema.of.kind === 'map' ? {} : { uniqueItems: true }),
      }
    case 'map':
      return {
        type: 'object',
        additionalProperties: false,
        required: Object.keys(schema.fields).filter(key => schema.fields[key]?.presence.kind === 'required'),
        properties: Object.fromEntries(
          Object.entries(schema.fields).map(([key, field]) => [key, fieldSchema(field)]),
        ),
      }
    default:
      return unreachable(schema)
  }
}

/** Shown by the YAML language server instead of the pattern. */
function failureText(schema: Schema): JsonObject {
  return { patternErrorMessage: `Expected ${expectedWords(schema)}.` }
}

function fieldSchema(field: Field): JsonObject {
  const { presence } = field
  return {
    description: describeField(field),
    ...(presence.kind === 'default' ? { default: presence.value } : {}),
    ...(field.examples.length === 0 ? {} : { examples: field.examples as Json[] }),
    ...schemaOf(field.schema),
  }
}

/** What it is, what it is when left out, and why. */
export function describeField({ about, presence }: Field): string {
  switch (presence.kind) {
    case 'default':
      return `${about} Default ${String(presence.value)}: ${presence.reason}.`
    case 'computed':
      return `${about} Default: ${presence.words}.`
    case 'required':
    case 'defaults-inside':
      return about
    default:
      return unreachable(presence)
  }
}
