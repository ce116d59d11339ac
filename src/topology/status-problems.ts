import type { MemberView, NodeView, StatusView } from '../resources/status-view.ts'

/** What stands between this view and "all healthy", one sentence each, the ones that explain others first. */
export function statusProblems(view: Omit<StatusView, 'problems' | 'allHealthy'>): string[] {
  const problems: string[] = []
  if (view.name === undefined) problems.push('no topology has been applied yet')
  if (!view.agentAlive) problems.push('the agent does not run: nobody restarts what dies')
  const down = [view.control, ...view.dns, ...view.clusters.flatMap(cluster => cluster.balancers)]
  problems.push(...down.filter(member => member.state !== 'running').map(memberProblem))
  const nodes = view.clusters.flatMap(cluster => cluster.nodes)
  problems.push(...nodes.filter(node => !node.healthy).map(nodeProblem))
  return problems
}

function memberProblem({ roleName, state, held, lastEnd }: MemberView): string {
  if (held) return `${roleName} is kept down; everport start ${roleName} brings it back`
  // How it ended before explains neither that it hangs now nor that nothing is known of it.
  const why = state === 'unresponsive' || state === 'unknown' ? '' : lastEnd
  return `${roleName}: ${state}${why === '' ? '' : ` (${why})`}`
}

function nodeProblem(node: NodeView): string {
  if (node.held || node.state !== 'running') return memberProblem(node)
  if (!node.ready) return `${node.roleName} is not ready${node.reason === '' ? '' : `: ${node.reason}`}`
  const bad = node.health.find(each => each.state !== 'healthy')
  if (bad === undefined) return `${node.roleName}: no balancer has probed all of its targets yet`
  const why = bad.reason === '' ? '' : ` (${bad.reason})`
  return `${node.roleName}: ${bad.targetGroup} is ${bad.state} as seen from ${bad.seenFrom}${why}`
}
