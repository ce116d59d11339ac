import { parseRange } from '../base/network-range.ts'
import type { TopologyDraft } from './topology-rules.ts'
import type { Report } from './validate.ts'
import { quoted } from './yaml-source.ts'

export function groupNamesDiffer({ limits }: TopologyDraft, report: Report): void {
  const names = limits?.groups?.map(group => group?.name) ?? []
  names.forEach((name, index) => {
    const first = names.indexOf(name)
    if (name === undefined || first === index) return
    report(['limits', 'groups', index, 'name'], {
      found: `the group ${quoted(name)} a second time`,
      expected: `names that differ; groups[${first}] has it`,
    })
  })
}

export function rulesFit({ limits }: TopologyDraft, report: Report): void {
  const groups = new Set(['default', ...(limits?.groups ?? []).map(group => group?.name)])
  limits?.rules?.forEach((rule, index) => {
    if (rule?.group !== undefined && !groups.has(rule.group)) {
      report(['limits', 'rules', index, 'group'], {
        found: quoted(rule.group),
        expected: `a group that is listed under limits.groups, or default`,
      })
    }
    if (rule?.address !== undefined && parseRange(rule.address) === undefined) {
      report(['limits', 'rules', index, 'address'], {
        found: quoted(rule.address),
        expected: 'an address or a network, such as 10.0.0.0/8 or fd00::/8',
      })
    }
  })
}

export function roleLimitsDiffer({ limits }: TopologyDraft, report: Report): void {
  const names = limits?.roles?.map(role => role?.role) ?? []
  names.forEach((name, index) => {
    const first = names.indexOf(name)
    if (name === undefined || first === index) return
    report(['limits', 'roles', index, 'role'], {
      found: `the role ${quoted(name)} a second time`,
      expected: `one entry a role; roles[${first}] is it`,
    })
  })
}

export function queryMemoryFits({ limits }: TopologyDraft, report: Report): void {
  const { memory, queryMemory } = limits ?? {}
  if (memory === undefined || queryMemory === undefined || queryMemory <= memory) return
  report(['limits', 'queryMemory'], {
    found: `${queryMemory}MB for one query and ${memory}MB for all`,
    expected: 'no more for one query than limits.memory',
  })
}
