import { unreachable } from '../base/assert.ts'
import type {
  ExplainedBranch,
  ExplainedGroup,
  ExplainedTarget,
  Explanation,
} from '../dns/zone/explanation.ts'
import type { FailoverStatus } from '../resources/status.ts'
import { painter, type TextStyle } from './status-text.ts'

export interface Explained {
  readonly now: Explanation
  /** What would be answered; undefined when nothing was supposed. */
  readonly wouldBe: Explanation | undefined
  readonly supposed: readonly string[]
  readonly servers: readonly ServerWord[]
}

export interface ServerWord extends FailoverStatus {
  readonly server: string
}

type Paint = ReturnType<typeof painter>

export function explanationText({ now, wouldBe, supposed, servers }: Explained, style: TextStyle): string {
  const paint = painter(style)
  const said = servers.map(({ server, answered, reason, hold }) => {
    const held = hold === undefined ? '' : `; ${hold}`
    return `${server} answers ${paint.strong(answered)} (${reason}${held})`
  })
  const lines = [
    ...blockOf(now, paint),
    ...(said.length === 0 ? [] : ['', ...said]),
    ...(wouldBe === undefined
      ? []
      : ['', paint.strong(`If ${supposed.join(' and ')}:`), ...blockOf(wouldBe, paint)]),
  ]
  return `${lines.join('\n')}\n`
}

function blockOf(explanation: Explanation, paint: Paint): string[] {
  const { name, type, zone, tree, outcome, reason, answers, scopeBits } = explanation
  const where = zone === undefined ? '' : `   (zone ${zone})`
  const head = `${paint.strong(`${name} ${type}`)}${where}`
  const body = tree === undefined ? [] : groupLines(tree, paint)
  if (outcome !== 'answered') return [head, ...body, `${paint.warn(outcome)}: ${reason}`]
  const from = answers.some(answer => answer.name !== name)
  const rows = answers.map(
    answer =>
      `  ${from ? `${answer.name} ` : ''}${answer.ttlSeconds} s  ${answer.type}  ${paint.strong(answer.value)}`,
  )
  const scope = scopeBits === 0 ? '' : ` for clients that share ${scopeBits} bits of their address`
  return [head, ...body, `${reason}${scope}:`, ...rows]
}

function groupLines(group: ExplainedGroup, paint: Paint): string[] {
  const lines = [`${group.policy}${group.reason === '' ? '' : `: ${group.reason}`}`]
  group.branches.forEach((branch, index) => {
    const isLast = index === group.branches.length - 1
    const [first = '', ...rest] = branchLines(branch, paint)
    lines.push(`${isLast ? '└─' : '├─'} ${first}`, ...rest.map(line => `${isLast ? '  ' : '│ '} ${line}`))
  })
  return lines
}

function branchLines(branch: ExplainedBranch, paint: Paint): string[] {
  const { selector, setIdentifier, healthy, reason, isChosen, isAbsent, leadsTo } = branch
  const word = isAbsent ? paint.bad('absent') : healthy ? paint.good('healthy') : paint.bad('unhealthy')
  const id = [selector, setIdentifier].filter(part => part !== undefined && part !== '').join(' ')
  const { text, below } = targetLines(leadsTo, paint)
  const arrow = isChosen ? paint.strong('  ← answered') : ''
  return [`${id === '' ? '' : `${id}: `}${text}${arrow}`, `${word}: ${reason}`, ...below]
}

function targetLines(target: ExplainedTarget, paint: Paint): { text: string; below: string[] } {
  switch (target.kind) {
    case 'values':
      return { text: `${target.values.join(', ')} for ${target.ttlSeconds} s`, below: [] }
    case 'balancer': {
      const ignored = target.evaluatesTargetHealth ? '' : ', whose health is not looked at'
      return { text: `balancer ${target.loadBalancer}${ignored}: ${target.values.join(', ')}`, below: [] }
    }
    case 'group': {
      const ignored = target.evaluatesTargetHealth ? '' : ', whose health is not looked at'
      return {
        text: `${target.group.name} ${target.group.type}${ignored}`,
        below: groupLines(target.group, paint),
      }
    }
    case 'shown-before':
      return { text: `${target.name} ${target.type} (shown above)`, below: [] }
    case 'nowhere':
      return { text: target.reason, below: [] }
    default:
      return unreachable(target)
  }
}
