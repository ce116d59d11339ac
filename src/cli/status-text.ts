import type {
  BalancerView,
  ClusterView,
  DnsView,
  FailoverView,
  MemberView,
  NodeView,
  StatusView,
} from '../resources/status-view.ts'

export interface TextStyle {
  readonly colour: boolean
}

/** What `everport status` prints: one block a cluster, then DNS and control, then what is wrong. */
export function statusText(view: StatusView, style: TextStyle): string {
  const paint = painter(style)
  const lines = [headline(view, paint), '']
  for (const cluster of view.clusters) lines.push(...clusterLines(cluster, paint), '')
  lines.push(...serviceLines(view, paint))
  if (view.problems.length > 0) {
    lines.push('', paint.bad(view.problems.length === 1 ? '1 problem:' : `${view.problems.length} problems:`))
    for (const problem of view.problems) lines.push(`  ${problem}`)
  }
  return `${lines.join('\n')}\n`
}

function headline(view: StatusView, paint: Painter): string {
  const name = view.name ?? 'Everport'
  if (!view.agentAlive) return `${name}: ${paint.bad('no agent runs')}; what follows may be old`
  return view.allHealthy
    ? `${name}: ${paint.good('all healthy')}`
    : `${name}: ${paint.bad('not all healthy')}`
}

function clusterLines(cluster: ClusterView, paint: Painter): string[] {
  const role = cluster.role === undefined ? '' : ` (${cluster.role})`
  return [
    `${paint.strong(cluster.name)}${role}  ${cluster.dnsName}`,
    ...columns([
      ...cluster.balancers.map(balancer => balancerRow(balancer, paint)),
      ...cluster.nodes.map(node => nodeRow(node, paint)),
    ]),
  ]
}

function balancerRow(balancer: BalancerView, paint: Painter): string[] {
  const why = balancer.engineReason === '' ? '' : ` (${balancer.engineReason})`
  const connections = `${counted(balancer.activeConnections, 'connection', 'connections')}, ${balancer.newConnections} in all`
  return [
    balancer.roleName,
    balancer.address,
    stateWord(balancer, paint),
    [balancer.engine === '' ? '' : `${balancer.engine} engine${why}, ${connections}`, restartsText(balancer)]
      .filter(Boolean)
      .join('; '),
  ]
}

function nodeRow(node: NodeView, paint: Painter): string[] {
  const state = node.state === 'running' && !node.ready ? paint.warn('not ready') : stateWord(node, paint)
  const health = [...new Set(node.health.map(observed => observed.state))]
  const word = node.healthy ? paint.good('healthy') : paint.warn(health.join('/') || 'not probed yet')
  const why = node.healthy
    ? ''
    : (node.health.find(observed => observed.reason !== '')?.reason ?? node.reason)
  const load = `${counted(node.sessions, 'session', 'sessions')}, ${counted(node.activeQueries, 'query', 'queries')}`
  return [
    node.roleName,
    node.address,
    state,
    [word, why, load, restartsText(node)].filter(Boolean).join('; '),
  ]
}

function serviceLines(view: StatusView, paint: Painter): string[] {
  const { dns, control } = view
  const rows = columns([
    ...dns.map(server => [
      server.roleName,
      `${server.address}:${server.port}`,
      stateWord(server, paint),
      restartsText(server),
    ]),
    ['control', '', stateWord(control, paint), restartsText(control)],
  ])
  return [...rows, ...failoverLines(dns, paint)]
}

/** One line a name where all servers agree; what each says where they do not. */
function failoverLines(dns: readonly DnsView[], paint: Painter): string[] {
  const names = [...new Set(dns.flatMap(server => server.failover.map(({ name }) => name)))]
  return names.flatMap(name => {
    const said = dns.flatMap(server =>
      server.failover
        .filter(each => each.name === name)
        .map(each => ({ ...each, roleName: server.roleName })),
    )
    const line = ({ answered, reason, hold }: FailoverView, who: string): string[] => [
      `  ${name} → ${paint.strong(answered)} (${who}${reason})`,
      ...(hold === '' ? [] : [`    ${paint.warn(hold)}`]),
    ]
    const [first] = said
    const agree = said.every(({ answered }) => answered === first?.answered)
    return first !== undefined && agree
      ? line(first, '')
      : said.flatMap(each => line(each, `${each.roleName}: `))
  })
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

/** By an operator, and it is down: one that never ran since Everport was started has no state of its own. */
export function isKeptDown({ held, state }: MemberView): boolean {
  return held && (state === 'stopped' || state === 'unknown')
}

function stateWord(member: MemberView, paint: Painter): string {
  if (member.held) return paint.warn(isKeptDown(member) ? 'kept down' : member.state)
  if (member.state === 'running') return paint.good('running')
  return member.state === 'starting' ? paint.warn('starting') : paint.bad(member.state)
}

function restartsText(member: MemberView): string {
  if (member.restarts === 0) return ''
  const times = member.restarts === 1 ? 'restarted once' : `restarted ${member.restarts} times`
  return member.lastEnd === '' ? times : `${times}, last ${member.lastEnd}`
}

/** Lines of aligned cells, two spaces in and between; colour codes do not count as width. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, visibleLength(cell))))
  return rows.map(row => {
    const cells = row.map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - visibleLength(cell)))
    return `  ${cells.join('  ')}`.trimEnd()
  })
}

const escapeSequence = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
function visibleLength(text: string): number {
  return text.replace(escapeSequence, '').length
}

interface Painter {
  good(text: string): string
  warn(text: string): string
  bad(text: string): string
  strong(text: string): string
}

export function painter(style: TextStyle): Painter {
  const wrap = (code: number) => (text: string) => (style.colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  return { good: wrap(32), warn: wrap(33), bad: wrap(31), strong: wrap(1) }
}

/** Colours on a terminal, unless NO_COLOR is set (no-color.org). */
export function terminalStyle(stream: { isTTY?: boolean }): TextStyle {
  return { colour: stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '' }
}
