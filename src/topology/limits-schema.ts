import { computed, duration, list, map, optional, required, size, text, whole } from './schema-kinds.ts'

const queriesMax = 10_000
const groupName = text(
  'a group’s name: lower-case letters, digits, _ and -, beginning with a letter',
  /^[a-z][a-z0-9_-]*$/,
  63,
)
const roleName = text('the name of a role', /^[^\0]+$/, 63)
const pattern = text('a name, in which * stands for any characters', /^[^\0]+$/, 128)
const timeout = duration('0s', '24h')
const memory = size('16MB', '1024GB')

const resourceGroup = map({
  name: required(groupName, {
    about:
      'Name of the group. Queries that no rule fits are of the group `default`, which may be listed too.',
    examples: ['dashboards'],
  }),
  weight: optional(whole(1, 100), {
    about: 'Its share of the turns while several groups wait.',
    default: 1,
    reason: 'all groups alike',
  }),
  concurrent: computed(whole(1, queriesMax), {
    about: 'Queries of the group that run at a time on a node.',
    absent: 'as many as the node runs',
  }),
  queued: computed(whole(0, queriesMax), {
    about: 'Queries of the group that wait on a node; one more is refused with SQLSTATE 53300.',
    absent: 'as many as wait on the node',
  }),
  wait: computed(duration('100ms', '24h'), {
    about: 'The longest that a query of the group waits for its turn.',
    absent: 'as `limits.wait`',
  }),
  queryMemory: computed(memory, {
    about: 'Memory of one query of the group.',
    absent: 'as `limits.queryMemory`',
  }),
  querySpill: computed(size('1MB', '10240GB'), {
    about: 'Temporary files of one query of the group.',
    absent: 'as `limits.querySpill`',
  }),
})

const groupRule = map({
  group: required(groupName, { about: 'The group that a query is of when all that follows fits.' }),
  role: computed(pattern, {
    about: 'The user, or a role that the user is a member of.',
    absent: 'every role',
    examples: ['analyst'],
  }),
  application: computed(pattern, {
    about: '`application_name` of the session.',
    absent: 'every application',
    examples: ['Metabase*'],
  }),
  address: computed(
    text('an address or a network, such as 10.0.0.0/8', /^[0-9A-Fa-f:.]+(?:\/\d{1,3})?$/, 43),
    {
      about: 'Where the client is, as the node sees it.',
      absent: 'everywhere',
      examples: ['10.0.0.0/8'],
    },
  ),
  hours: computed(text('hours such as 8-18 or 22-6', /^(?:1?\d|2[0-3])-(?:1?\d|2[0-4])$/, 5), {
    about: 'Hours of the day in UTC, from the first up to the second.',
    absent: 'all day',
    examples: ['8-18'],
  }),
})

const roleLimits = map({
  role: required(roleName, { about: 'The user that the bounds are for, on each node.', examples: ['etl'] }),
  connections: computed(whole(0, 100_000), {
    about: 'Sessions at a time; one more is refused with SQLSTATE 53300.',
    absent: 'as many as its CONNECTION LIMIT and the node allow',
  }),
  concurrent: computed(whole(1, queriesMax), {
    about: 'Queries that run at a time.',
    absent: 'as many as group and node allow',
  }),
  queued: computed(whole(0, queriesMax), {
    about: 'Queries that wait.',
    absent: 'as many as group and node allow',
  }),
  statementTimeout: computed(timeout, {
    about: '`statement_timeout`.',
    absent: 'as `limits.statementTimeout`',
  }),
  idleSessionTimeout: computed(timeout, {
    about: '`idle_session_timeout`.',
    absent: 'as `limits.idleSessionTimeout`',
  }),
  idleInTransactionTimeout: computed(timeout, {
    about: '`idle_in_transaction_session_timeout`.',
    absent: 'as `limits.idleInTransactionTimeout`',
  }),
  lockTimeout: computed(timeout, { about: '`lock_timeout`.', absent: 'as `limits.lockTimeout`' }),
})

export const limitsSchema = map({
  connections: optional(whole(1, 100_000), {
    about: 'Connections that one node serves at a time; one more is refused with SQLSTATE 53300.',
    default: 1_000,
    reason: 'an idle session costs little, and a lost node’s clients must fit on those that are left',
  }),
  memory: optional(size('64MB', '1024GB'), {
    about:
      'Memory that the queries of one node may use together. Past it the youngest of the large queries is ended with SQLSTATE 53200, and the node is not ready.',
    default: '512MB',
    reason: 'four nodes fit on a laptop',
  }),
  drainTimeout: optional(duration('0s', '1h'), {
    about:
      'How long running queries may go on when a node is asked to stop; then they end with SQLSTATE 57P01.',
    default: '10s',
    reason: 'longer than most queries, shorter than the patience of whoever restarts a node',
  }),
  memorySoftPercent: optional(whole(10, 100), {
    about: 'From this part of `memory` on, new queries wait until others have ended.',
    default: 80,
    reason: 'what runs mostly still grows',
  }),
  processMemory: computed(memory, {
    about:
      'Memory of a node’s whole process, also what the engine does not count; past it the same happens as past `memory`.',
    absent: '`memory` and 512MB',
  }),
  concurrent: optional(whole(1, 512), {
    about: 'Queries that run at a time on a node; the others wait for their turn.',
    default: 32,
    reason: 'more only share the same processors, and each may hold memory',
  }),
  queued: optional(whole(0, queriesMax), {
    about: 'Queries that wait on a node; one more is refused with SQLSTATE 53300.',
    default: 1_000,
    reason: 'every connection may wait with one',
  }),
  wait: optional(duration('100ms', '24h'), {
    about: 'The longest that a query waits for its turn; then it is refused with SQLSTATE 53300.',
    default: '60s',
    reason: 'longer than a busy moment, shorter than most clients’ patience',
  }),
  queryMemory: computed(memory, {
    about: 'Memory of one query; what needs more goes on in temporary files, or fails with SQLSTATE 53200.',
    absent: 'half of `memory`',
  }),
  querySpill: optional(size('1MB', '10240GB'), {
    about: 'Temporary files of one query; what needs more fails with SQLSTATE 53200.',
    default: '4GB',
    reason: 'sorts of tens of millions of rows fit, and the disk stays free for others',
  }),
  statementTimeout: optional(timeout, {
    about: '`statement_timeout` of sessions that set none; 0s is no limit.',
    default: '0s',
    reason: 'as in PostgreSQL',
  }),
  idleSessionTimeout: optional(timeout, {
    about:
      '`idle_session_timeout` of sessions that set none: a silent client is disconnected; 0s is no limit.',
    default: '0s',
    reason: 'as in PostgreSQL, and pools of connections expect it',
  }),
  idleInTransactionTimeout: optional(timeout, {
    about:
      '`idle_in_transaction_session_timeout` of sessions that set none: a client that is silent in a transaction block is disconnected; 0s is no limit.',
    default: '0s',
    reason: 'as in PostgreSQL',
  }),
  lockTimeout: optional(timeout, {
    about:
      '`lock_timeout` of sessions that set none: here how long a statement waits for its turn before it ends with SQLSTATE 55P03; 0s leaves it to `wait`.',
    default: '0s',
    reason: 'as in PostgreSQL',
  }),
  groups: computed(list(resourceGroup, 1, 100), {
    about: 'Resource groups with bounds of their own.',
    absent: 'none',
  }),
  rules: computed(list(groupRule, 1, 100), {
    about: 'Which group a query is of: the first rule that fits decides.',
    absent: 'none: all queries are of the group `default`',
  }),
  roles: computed(list(roleLimits, 1, 1_000), {
    about: 'Bounds of single roles.',
    absent: 'none',
  }),
})
