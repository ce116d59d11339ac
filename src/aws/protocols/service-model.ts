import { assert } from '../../base/assert.ts'
import { type SchemaReference, shapeCompiler } from './compile-shapes.ts'
import type { ServiceDefinition } from './service-definition.ts'
import type { Constraints, StructureShape } from './shape.ts'

/** A service as the codecs know it. */
export interface ServiceModel {
  readonly definition: ServiceDefinition
  readonly operations: ReadonlyMap<string, OperationModel>
  /** Modelled errors by their code on the wire. */
  readonly errors: ReadonlyMap<string, ErrorModel>
}

export interface OperationModel {
  readonly name: string
  readonly input: StructureShape | undefined
  readonly output: StructureShape | undefined
  readonly http: HttpBinding
}

/** The query protocols all use POST /. */
export interface HttpBinding {
  readonly method: string
  /** With labels in braces: `/2013-04-01/hostedzone/{Id}`. */
  readonly path: string
  readonly status: number
}

export interface ErrorModel {
  readonly code: string
  readonly httpStatus: number
  /** Whether it has a list of messages beside its message. */
  readonly hasMessages: boolean
}

const operationKind = 9
const errorKind = -3

/** [kind, namespace, name, traits, …]: see StaticSchema in @smithy/types. */
type RawSchema = readonly [kind: number, namespace: string, name: string, traits: unknown, ...unknown[]]

/** Compiles what the SDK's package exports (`import * as`), for the operations in `names` alone: EC2 has 800 and we serve some dozens. */
export function serviceModel(
  definition: ServiceDefinition,
  sdk: object,
  constraints: Constraints,
  names?: ReadonlySet<string>,
): ServiceModel {
  const compiler = shapeCompiler(definition.protocol === 'ec2Query', constraints)
  const operations = new Map<string, OperationModel>()
  const errors = new Map<string, ErrorModel>()
  for (const schema of Object.values(sdk)) {
    if (!isRawSchema(schema)) continue
    const [kind, , name] = schema
    if (kind === operationKind && (names?.has(name) ?? true))
      operations.set(name, operationModel(compiler, schema))
    if (kind === errorKind) {
      const error = errorModel(schema)
      errors.set(error.code, error)
    }
  }
  assert(operations.size > 0, `the SDK package of ${definition.name} exports no schema of an operation`)
  return { definition, operations, errors }
}

function operationModel(compiler: ReturnType<typeof shapeCompiler>, schema: RawSchema): OperationModel {
  const [, , name, traits, input, output] = schema
  const http = (traits as { http?: readonly [string, string, number] }).http ?? ['POST', '/', 200]
  return {
    name,
    input: compiler.structure(input as SchemaReference),
    output: compiler.structure(output as SchemaReference),
    http: { method: http[0], path: http[1], status: http[2] },
  }
}

function errorModel([, , name, traits, members]: RawSchema): ErrorModel {
  const { awsQueryError, httpError, error } = traits as {
    awsQueryError?: readonly [code: string, status: number]
    httpError?: number
    error?: 'client' | 'server'
  }
  return {
    code: awsQueryError?.[0] ?? name,
    httpStatus: awsQueryError?.[1] ?? httpError ?? (error === 'server' ? 500 : 400),
    hasMessages: Array.isArray(members) && members.includes('messages'),
  }
}

function isRawSchema(exported: unknown): exported is RawSchema {
  return Array.isArray(exported) && typeof exported[0] === 'number' && typeof exported[2] === 'string'
}
