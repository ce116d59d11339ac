import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noRights, type RoleDocument } from '../../resources/access.ts'
import type { AccessState } from './access-state.ts'
import { type ActiveSession, activityRows } from './activity-rows.ts'

const role = (name: string, also: Partial<RoleDocument> = {}): [string, RoleDocument] => [
  name,
  { name, verifier: '', isSuperuser: false, ...also },
]
const access: AccessState = {
  revision: 1,
  written: new Map(),
  rights: noRights,
  roles: new Map([
    role('ann', { memberOf: [{ role: 'team', admin: false }] }),
    role('team'),
    role('chief', { isSuperuser: true }),
  ]),
}
const session = (user: string, also: Partial<ActiveSession> = {}): ActiveSession => ({
  processId: 7,
  user,
  applicationName: 'app',
  clientAddress: '10.0.0.7',
  clientPort: 40_000,
  state: 'active',
  sessionMs: 3_000,
  stateMs: 1_000,
  query: 'select 1',
  queryMs: 1_000,
  transactionMs: 2_000,
  isQueued: false,
  ...also,
})

function shown(viewer: string, ...sessions: ActiveSession[]) {
  const wallMs = () => Date.parse('2026-01-01T00:00:10Z')
  return activityRows(access, viewer, { sessions: () => sessions, wallMs, database: 'demo' })
}

test('ages are instants by the clock of the wall', () => {
  const [row] = shown('ann', session('ann'))
  const { backend_start, xact_start, query_start, state_change } = row ?? {}
  assert.deepEqual(
    [backend_start, xact_start, query_start, state_change],
    [
      '2026-01-01T00:00:07.000Z',
      '2026-01-01T00:00:08.000Z',
      '2026-01-01T00:00:09.000Z',
      '2026-01-01T00:00:09.000Z',
    ],
  )
  const [first] = shown('ann', session('ann', { query: '', queryMs: undefined, transactionMs: undefined }))
  assert.deepEqual([first?.['query_start'], first?.['xact_start']], [null, null])
})

test('what a session waits for: its turn, its client, or nothing', () => {
  const waits = [
    session('ann', { isQueued: true }),
    session('ann'),
    session('ann', { state: 'idle in transaction' }),
  ]
  assert.deepEqual(
    shown('ann', ...waits).map(row => [row['wait_event_type'], row['wait_event']]),
    [
      ['Extension', 'AdmissionQueue'],
      [undefined, undefined],
      ['Client', 'ClientRead'],
    ],
  )
})

test('statements are for the role itself, for who acts as it, and for admins', () => {
  const seen = (viewer: string): unknown[] =>
    shown(viewer, session('ann'), session('team')).map(row => row['query'])
  assert.deepEqual(seen('chief'), ['select 1', 'select 1'])
  assert.deepEqual(seen('ann'), ['select 1', 'select 1'])
  assert.deepEqual(seen('team'), ['<insufficient privilege>', 'select 1'])
  const [hidden] = shown('team', session('ann'))
  assert.equal(JSON.stringify(hidden).includes('10.0.0.7'), false)
})
