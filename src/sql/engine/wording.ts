import { EverportError } from '../../base/errors.ts'
import { type ParsedSql, parseSql } from '../dialect/parse-sql.ts'
import { type Translated, translate } from '../dialect/translate.ts'
import { catalogOid, catalogRelation, isSystemRelation } from '../pgcatalog/catalog-relation.ts'
import { catalogFunction, catalogTableFunction } from '../pgcatalog/functions.ts'
import { noFacts, takesFacts } from '../pgcatalog/privilege-functions.ts'
import type { Row } from '../pgcatalog/row.ts'
import { asksForSetting, settingFacts, settingRow } from '../pgcatalog/setting-functions.ts'
import { allSettings } from '../statements/settings.ts'
import { tokens } from '../statements/token-text.ts'
import { columnNames } from './column-name.ts'
import type { StatementRights } from './engine.ts'
import { type Parameters, parameterSql, parametersOf, withParameterTypes } from './parameters.ts'
import { checkCalls, checkStatement } from './statement-rules.ts'

/** Who asks, as current_user and session_user answer. */
export interface SessionNames {
  readonly user: string
  /** Everything may be read without it. */
  readonly rights?: StatementRights
  /** What it has set; nothing without it. */
  readonly changedSettings?: () => ReadonlyMap<string, string>
  /** Told of each relation or function of the catalogs that is answered only as well as possible. */
  readonly unknownCatalog: (what: string) => void
}

/** How a statement is said to the engine. */
export interface Wording {
  readonly commandTag: string
  readonly parameters: Parameters
  readonly rowsMax: number | undefined
  /** It holds rows of this moment: for another execution it is worded anew. */
  readonly isOfThisMoment: boolean
  /** It says the same for every session of the role, as long as its rights are the same. */
  readonly isShareable: boolean
  /** It reads PostgreSQL's catalogs, or nothing at all, and no view. */
  readonly readsCatalogsOnly: boolean
  /** The text with the parameters' types (0: not known), and where each offset of it was in the source. */
  withTypes(typeOids: readonly number[]): {
    readonly text: string
    readonly originalOffset: (offset: number) => number
    readonly numericOutputs?: Translated['numericOutputs']
    readonly reworded?: Translated['reworded']
  }
  /** What the client is told when the engine refuses the text. */
  inSource(error: EverportError): EverportError
  nameOf(engineName: string, typeOid: number): string
}

/**
 * A statement that PostgreSQL's parser reads is translated (decision 007). One that it refuses may be the engine's own syntax and goes there as it is; when the engine
 * does not read it either, the client is told PostgreSQL's word.
 */
export function wordingOf(source: string, session: SessionNames): Wording {
  const parsed = parse(source)
  if (!(parsed instanceof EverportError)) {
    const found = tokens(source)
    const parameters = parametersOf(found)
    const hasParameters = parameters.count > 0
    const reader = session.rights?.reader(parsed.tree)
    let asksSession = false
    let asksSettings = false
    const settings = (): ReadonlyMap<string, string> | undefined => {
      asksSettings = true
      return session.changedSettings?.()
    }
    const withTypes = (typeOids: readonly number[]): Translated | undefined =>
      translate(parsed, {
        parameter: number => parameterSql(number, typeOids[number - 1] ?? 0),
        // The catalogs may be read by everybody, as in PostgreSQL; rights are asked of all else.
        relation: name =>
          catalogRelation(name, {
            user: session.user,
            live: path =>
              path === 'pg_catalog.pg_settings' ? settingRows(settings()) : reader?.catalogRows(path),
            unknown: session.unknownCatalog,
          }) ?? reader?.relation(name),
        tableOid: catalogOid,
        function: catalogFunction,
        functionFacts(name, args) {
          if (asksForSetting(name)) return settingFacts(settings())
          if (!takesFacts(name)) return undefined
          asksSession = true
          return reader?.functionFacts(name, args) ?? noFacts
        },
        tableFunction: catalogTableFunction,
        currentUser: session.user,
        sessionUser: session.user,
      })
    const translated = withTypes([])
    if (translated !== undefined) {
      checkCalls(translated.functions)
      const isOfThisMoment = asksSettings || reader?.isOfThisMoment() === true
      return {
        commandTag: translated.commandTag,
        parameters,
        rowsMax: translated.rowsMax,
        isOfThisMoment,
        isShareable: !asksSession && !isOfThisMoment,
        readsCatalogsOnly: showsOids(translated),
        withTypes: typeOids => (hasParameters ? (withTypes(typeOids) ?? translated) : translated),
        inSource: error => {
          if (error.code === 'undefined_function' && /^function "?(_?pg_|has_)/.test(error.message))
            session.unknownCatalog(error.message)
          return reader?.refusal(error) ?? error
        },
        nameOf: name => name,
      }
    }
  }
  const refused = parsed instanceof EverportError ? parsed : undefined
  const wording = ownWording(source, refused)
  // Nobody can say what a text reads that is not PostgreSQL's.
  if (session.rights?.readsEverything() === false)
    throw refused ?? new EverportError('insufficient_privilege', 'permission denied for this statement')
  return wording
}

/** All of them as a session has set them; undefined where nobody sets any. */
function settingRows(changed: ReadonlyMap<string, string> | undefined): Row[] | undefined {
  return (
    changed &&
    allSettings.map(({ name, initial }) =>
      settingRow({ name, value: initial }, changed.get(name.toLowerCase())),
    )
  )
}

/** Only our own words for an OID are unquoted there; `::uinteger` of the client is not. */
function showsOids({ relations, text }: Translated): boolean {
  return relations.every(isSystemRelation) && (relations.length > 0 || text.includes('AS UINTEGER)'))
}

function parse(source: string): ParsedSql | EverportError {
  try {
    return parseSql(source)
  } catch (error) {
    if (error instanceof EverportError) return error
    throw error
  }
}

function ownWording(source: string, refused: EverportError | undefined): Wording {
  if (refused?.code === 'statement_too_complex') throw refused
  const found = tokens(source)
  const commandTag = checkStatement(found)
  return {
    commandTag,
    parameters: parametersOf(found),
    rowsMax: undefined,
    isOfThisMoment: false,
    isShareable: false,
    readsCatalogsOnly: false,
    withTypes: typeOids => withParameterTypes(source, found, typeOids),
    inSource: error => (error.code === 'syntax_error' && refused !== undefined ? refused : error),
    nameOf: columnNames(found),
  }
}
