import type { LogicalType, PreparedStatement as RawStatement } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { EverportError } from '../../base/errors.ts'
import type { Reach } from '../catalog/copied-views.ts'
import { widestDecimal } from '../dialect/print-type.ts'
import type { Translated } from '../dialect/translate.ts'
import { readsCatalogs } from '../pgcatalog/functions.ts'
import { type ArrowColumn, arrowColumn } from './arrow/arrow-column.ts'
import {
  type ColumnType,
  catalogColumnType,
  columnType,
  knownColumnType,
  plainNumericColumnType,
} from './column-type.ts'
import type { ConstantAnswer } from './constant-answer.ts'
import { isConstantText } from './constant-text.ts'
import { duckdbError } from './duckdb-error.ts'
import type { Column } from './engine.ts'
import type { EngineConnection } from './engine-connection.ts'
import type { SeenFile } from './file-stamp.ts'
import { declaredTypes, isParameterType, numberAt } from './parameters.ts'
import { postgresTypes } from './postgres-types.ts'
import { quotientTypes } from './quotient-types.ts'
import { type ResultShape, resultShape } from './result-shape.ts'
import { isSmall } from './small-result.ts'
import { type SessionNames, type Wording, wordingOf } from './wording.ts'
import type { Work } from './work.ts'

const { StatementType } = duckdb

/** What is known of a statement that the engine has bound: what a client is told of it, and how to run it. */
export interface StatementFacts {
  /** As the client sent it. */
  readonly source: string
  /** As the engine runs it. */
  readonly text: string
  readonly commandTag: string
  /** At most so many rows, where the statement itself says so. */
  readonly rowsMax: number | undefined
  /** Its text holds rows of the moment when it was prepared. */
  readonly isOfThisMoment: boolean
  /** They hold for every session of the role, as long as its rights and the catalog are the same. */
  readonly isShareable: boolean
  /** It asks for nothing but what it says itself. What it answered, by the formats of its columns. */
  readonly isConstant: boolean
  readonly answers: Map<string, ConstantAnswer>
  /** The files that it could read as copies; undefined where it reads what is there. */
  readonly reach: Reach | undefined
  /** The state of those files in which a result had these columns. */
  confirmed: readonly SeenFile[] | undefined
  readonly shape: ResultShape
  readonly parameterTypeOids: readonly number[]
  readonly columns: readonly Column[]
  readonly types: readonly ColumnType[]
  /** The same columns for Arrow; looked at only when they are asked for. */
  arrowColumns(): ArrowColumn[]
}

/** Bound on a connection, and not yet given back. */
export interface BoundStatement {
  readonly facts: StatementFacts
  readonly raw: RawStatement
}

export async function prepareStatement(
  work: Work,
  connection: EngineConnection,
  source: string,
  oids: readonly number[],
  session: SessionNames,
): Promise<BoundStatement> {
  const wording = wordingOf(source, session)
  const prepare = (text: string): Promise<RawStatement> => prepareOn(connection, work, text)
  const { raw, text, parameterTypeOids, numericOutputs } = await prepareTyped(
    prepare,
    wording,
    declaredTypes(wording.parameters, oids),
  )
  checkType(raw)
  const logical = resultTypes(raw)
  const quotients = await quotientTypes(prepare, logical, numericOutputs)
  const ownType = wording.readsCatalogsOnly ? catalogColumnType : knownColumnType
  const isTrimmed = text.includes(widestDecimal)
  const types = logical.map(
    (type, i) => quotients.get(i) ?? (isTrimmed ? plainNumericColumnType(type) : undefined) ?? ownType(type),
  )
  const names = logical.map((_, i) => duckdb.prepared_statement_column_name(raw, i))
  const columns = types.map((type, i) => {
    const name = wording.nameOf(names[i] as string, type.oid)
    const arrowField = () => arrowColumn(logical[i] as LogicalType).field(name)
    return {
      name,
      typeOid: type.oid,
      typeSize: type.size,
      typeModifier: type.modifier,
      arrowField,
    }
  })
  const arrowColumns = (): ArrowColumn[] => logical.map(arrowColumn)
  const { commandTag, rowsMax, isOfThisMoment, isShareable } = wording
  const reach =
    isCopyable(wording) && !readsCatalogs(text) ? connection.instance.views.reachOf(text) : undefined
  const hasParameters = parameterTypeOids.length > 0
  const facts: StatementFacts = {
    source,
    text,
    commandTag,
    rowsMax,
    isOfThisMoment,
    // With parameters it is only believed as long as its files are the same.
    isShareable: isShareable && (!hasParameters || reach !== undefined),
    isConstant: isShareable && !hasParameters && isConstantText(text),
    answers: new Map(),
    reach,
    confirmed: undefined,
    shape: resultShape(names, logical),
    parameterTypeOids,
    columns,
    types,
    arrowColumns,
  }
  return { facts, raw }
}

/** Small, and worth to stay prepared: a stream would hold on to copies of files that have changed since. */
function isCopyable(wording: Wording): boolean {
  return wording.commandTag === 'SELECT' && !wording.isOfThisMoment && isSmall(wording)
}

/** Prepares a text for the engine where its catalogs are, if it reads them. */
export async function prepareOn(
  connection: EngineConnection,
  work: Work,
  text: string,
): Promise<RawStatement> {
  await makeReady(connection, text)
  return work.call(connection.raw, () => duckdb.prepare(connection.raw, text))
}

/** PostgreSQL's catalogs are made before the first statement that reads them. */
export async function makeReady(connection: EngineConnection, text: string): Promise<void> {
  if (readsCatalogs(text)) await connection.instance.makeSystemCatalog()
}

type Worded = ReturnType<Wording['withTypes']>

interface Typed {
  readonly raw: RawStatement
  readonly text: string
  readonly parameterTypeOids: readonly number[]
  readonly numericOutputs: Translated['numericOutputs']
}

/**
 * The client's types become casts. The engine is asked for those that it does not say; what the engine cannot tell either is text, as in
 * PostgreSQL, or integer where text does not fit (`$1 + 1`).
 */
async function prepareTyped(
  prepare: (text: string) => Promise<RawStatement>,
  wording: Wording,
  oids: readonly number[],
): Promise<Typed> {
  const attempt = async (typeOids: readonly number[]): Promise<Typed> => {
    const worded = wording.withTypes(typeOids)
    const { text, originalOffset } = worded
    const prepared = async (one: Worded): Promise<Typed> => ({
      raw: await prepare(one.text),
      text: one.text,
      parameterTypeOids: typeOids,
      numericOutputs: one.numericOutputs,
    })
    try {
      return await prepared(worded).catch((error: unknown) => {
        const other = worded.reworded?.(error)
        if (other === undefined) throw error
        return prepared(other).catch(() => {
          throw error
        })
      })
    } catch (error) {
      throw wording.inSource(moved(duckdbError(error, text), originalOffset))
    }
  }
  const asked = oids.includes(0) ? inferred((await attempt(oids)).raw, oids) : oids
  const filled = (oid: number): number[] => asked.map(one => (one === 0 ? oid : one))
  try {
    return await attempt(filled(postgresTypes.text.oid))
  } catch (error) {
    if (!asked.includes(0) || !isTypeError(error)) throw error
    for (const guess of integerGuesses(asked)) {
      const typed = await attempt(guess).catch(() => undefined)
      if (typed !== undefined) return typed
    }
    throw error
  }
}

const guessesMax = 8

/** One unknown parameter an integer and the others text, each in turn; then all of them integers. */
function integerGuesses(asked: readonly number[]): number[][] {
  const { text, int4 } = postgresTypes
  const unknown = asked.flatMap((oid, i) => (oid === 0 ? [i] : [])).slice(0, guessesMax)
  const guess = (isInteger: (i: number) => boolean): number[] =>
    asked.map((oid, i) => (oid !== 0 ? oid : isInteger(i) ? int4.oid : text.oid))
  return [...unknown.map(one => guess(i => i === one)), guess(() => true)]
}

function isTypeError(error: unknown): boolean {
  return (
    error instanceof EverportError && /^(undefined_function|datatype_mismatch|syntax_error)$/.test(error.code)
  )
}

function inferred(raw: RawStatement, oids: readonly number[]): number[] {
  const types = [...oids]
  for (let index = 1; index <= duckdb.nparams(raw); index++) {
    const number = numberAt(raw, index)
    if (types[number - 1] !== 0) continue
    types[number - 1] = parameterOid(raw, index)
  }
  duckdb.destroy_prepare_sync(raw)
  return types
}

/** 0 when the engine does not know, which it tells by an error where any parameter of the statement is unknown. */
function parameterOid(raw: RawStatement, index: number): number {
  try {
    const oid = columnType(duckdb.param_logical_type(raw, index))?.oid ?? 0
    return isParameterType(oid) ? oid : 0
  } catch {
    return 0
  }
}

/** The position that the engine gave counts in the statement with casts. */
function moved(error: EverportError, originalOffset: (offset: number) => number): EverportError {
  if (error.position === undefined) return error
  return new EverportError(error.code, error.message, {
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    position: originalOffset(error.position - 1) + 1,
    cause: error.cause,
  })
}

/** The second wall behind `checkStatement`, which only reads words. */
function checkType(raw: RawStatement): void {
  const type = duckdb.prepared_statement_type(raw)
  if (type === StatementType.SELECT || type === StatementType.EXPLAIN) return
  duckdb.destroy_prepare_sync(raw)
  throw new EverportError('read_only', `cannot execute ${StatementType[type]} in a read-only transaction`)
}

function resultTypes(raw: RawStatement): LogicalType[] {
  return Array.from({ length: duckdb.prepared_statement_column_count(raw) }, (_, i) =>
    duckdb.prepared_statement_column_logical_type(raw, i),
  )
}
