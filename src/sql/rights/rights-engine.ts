import { EverportError } from '../../base/errors.ts'
import { isConflict, type Store } from '../../store/store.ts'
import { parseSql } from '../dialect/parse-sql.ts'
import type { Engine, EngineSession, PreparedStatement, SessionOptions } from '../engine/engine.ts'
import { nextToken } from '../statements/lexer.ts'
import { type AccessState, isSuperuser, readAccess } from './access-state.ts'
import type { ActivitySource } from './activity-rows.ts'
import { type Backends, backendCall, backendStatement } from './backend-functions.ts'
import { createDraft, type Draft, writesOf } from './draft.ts'
import { partInPostgres } from './part-relation.ts'
import { planStatement } from './plan-statement.ts'
import type { RelationInfo } from './relation-access.ts'
import { type OwnViews, statementRights } from './statement-rights.ts'

export interface RightsOptions {
  readonly engine: Engine
  readonly store: Store
  /** What the node works by; a statement of a session here is seen in it when it is complete. */
  readonly access: () => AccessState
  readonly accessChanged: () => void
  readonly relations: () => readonly RelationInfo[]
  /** What runs on this node, as relations of schema `everport`. */
  readonly views: OwnViews
  readonly backends: Backends
  /** The sessions of this node. */
  readonly activity: ActivitySource
  readonly database: string
  readonly makeVerifier: (password: string) => string
}

/** Others write at the same time now and then, not always. */
const attemptsMax = 10
const words = new Set(['create', 'alter', 'drop', 'grant', 'revoke'])

/** The same engine, whose sessions read what their role may, and change roles and rights. */
export function rightsEngine(options: RightsOptions): Engine {
  return {
    async openSession(facts) {
      const rights = statementRights(facts, options)
      return rightsSession(await options.engine.openSession({ ...facts, rights }), facts, options)
    },
    close: () => options.engine.close(),
  }
}

function rightsSession(inner: EngineSession, facts: SessionOptions, options: RightsOptions): EngineSession {
  return {
    async prepare(text, oids, use) {
      const call = text.includes('_backend') ? backendCall(parseSql(text).tree) : undefined
      if (call !== undefined) {
        const isAdmin = (): boolean => isSuperuser(options.access(), facts.user)
        return backendStatement(call, inner, { role: facts.user, isAdmin }, options.backends)
      }
      const plan = planOf(text)
      return plan === undefined
        ? inner.prepare(text, oids, use)
        : rightsStatement(plan, text, inner, facts, options)
    },
    cancel: () => inner.cancel(),
    memoryBytes: async () => (await inner.memoryBytes?.()) ?? 0,
    close: () => inner.close(),
  }
}

function planOf(text: string): ReturnType<typeof planStatement> {
  const first = nextToken(text, 0)
  if (first === undefined || !words.has(text.slice(first.start, first.end).toLowerCase())) return undefined
  return planStatement(parseSql(text).tree)
}

function rightsStatement(
  plan: (draft: Draft) => string,
  text: string,
  session: EngineSession,
  facts: SessionOptions,
  options: RightsOptions,
): PreparedStatement {
  const draftNow = (access: AccessState): Draft =>
    createDraft(access, {
      role: facts.user,
      database: options.database,
      relations: options.relations(),
      text,
      makeVerifier: options.makeVerifier,
    })
  let tag = commandTag(text)
  return {
    parameterTypeOids: [],
    columns: undefined,
    get commandTag() {
      return tag
    },
    async execute() {
      if (facts.inTransaction?.() === true)
        throw new EverportError('active_transaction', `${tag} cannot run inside a transaction block`)
      for (let attempt = 0; attempt < attemptsMax; attempt++) {
        const draft = draftNow(readAccess(options.store.read()))
        tag = plan(draft)
        await checkExpressions(draft, session)
        const { guards, changes } = writesOf(draft)
        if (changes.length > 0 && isConflict(await options.store.commit(guards, changes))) continue
        options.accessChanged()
        for (const notice of draft.notices) facts.notice?.(notice, '')
        return { next: () => Promise.resolve(undefined), close: () => Promise.resolve() }
      }
      throw new EverportError('limit_exceeded', 'roles and rights are changed by others at the same time', {
        hint: 'try again',
      })
    },
    close: () => undefined,
  }
}

/** Until it has run, what the statement begins with. */
function commandTag(text: string): string {
  return /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? ''
}

/** New conditions and masks are bound before they are kept: their mistakes are their author’s, not those of every reader. */
async function checkExpressions({ access, rights }: Draft, session: EngineSession): Promise<void> {
  const policies = rights.policies.filter(policy => !access.rights.policies.includes(policy))
  const masks = rights.masks.filter(mask => !access.rights.masks.includes(mask))
  const queries = [
    ...policies.map(({ relation, using }) =>
      partInPostgres(relation, { kind: 'part', columns: [], hidden: [], filter: `(${using}\n)` }).replace(
        'SELECT ',
        'SELECT 1 ',
      ),
    ),
    ...masks.map(({ relation, column, expression }) =>
      partInPostgres(relation, {
        kind: 'part',
        columns: [{ name: column, mask: expression }],
        hidden: [],
        filter: undefined,
      }),
    ),
  ]
  for (const query of queries) {
    try {
      const prepared = await session.prepare(query, [])
      prepared.close()
      if (prepared.parameterTypeOids.length > 0)
        throw new EverportError('undefined_parameter', 'there is no parameter $1')
    } catch (error) {
      if (!(error instanceof EverportError)) throw error
      // Its position is one in our query.
      const { detail, hint } = error
      throw new EverportError(error.code, error.message, {
        ...(detail === undefined ? {} : { detail }),
        ...(hint === undefined ? {} : { hint }),
      })
    }
  }
}
