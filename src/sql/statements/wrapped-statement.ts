import type {
  Column,
  Execution,
  ParameterValue,
  PreparedStatement,
  ResultFormats,
  RowsWanted,
} from '../engine/engine.ts'

/** Makes an execution begin, with what is to be done around it. */
export type Around = (begin: () => Promise<Execution>) => Promise<Execution>

/**
 * The same statement, each of whose executions begins within `around`. A class, since one is made for every query: an accessor of an object literal
 * would be defined anew each time.
 */
export class WrappedStatement implements PreparedStatement {
  readonly #inner: PreparedStatement
  readonly #around: Around

  constructor(inner: PreparedStatement, around: Around) {
    this.#inner = inner
    this.#around = around
  }

  get parameterTypeOids(): readonly number[] {
    return this.#inner.parameterTypeOids
  }

  get columns(): readonly Column[] | undefined {
    return this.#inner.columns
  }

  get commandTag(): string {
    return this.#inner.commandTag
  }

  execute(
    parameters: readonly ParameterValue[],
    formats: ResultFormats,
    wanted?: RowsWanted,
  ): Promise<Execution> {
    return this.#around(() => this.#inner.execute(parameters, formats, wanted))
  }

  close(): void {
    this.#inner.close()
  }
}
