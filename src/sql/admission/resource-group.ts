import { isInNetwork } from '../../base/network-range.ts'
import { type AdmissionSettings, defaultGroup, type GroupRule } from '../../resources/admission-settings.ts'

/** What rules look at. */
export interface QueryFacts {
  readonly role: string
  /** Roles that the user is a member of, at any depth, itself left out. */
  readonly memberOf: readonly string[]
  readonly applicationName: string
  readonly clientAddress: string
  /** 0 … 23, UTC. */
  readonly hour: number
}

/** The group of the first rule that fits; `default` when none does. */
export function resourceGroup(settings: AdmissionSettings, facts: QueryFacts): string {
  return settings.rules.find(rule => fits(rule, facts))?.group ?? defaultGroup
}

function fits(rule: GroupRule, facts: QueryFacts): boolean {
  const { role, application, address, hours } = rule
  if (role !== undefined && ![facts.role, ...facts.memberOf].some(name => isLike(name, role))) return false
  if (application !== undefined && !isLike(facts.applicationName, application)) return false
  if (address !== undefined && !isInNetwork(facts.clientAddress, address)) return false
  return hours === undefined || isWithin(facts.hour, hours)
}

/** `*` stands for any characters. In linear time: each part is looked for from where the last one ended. */
export function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split('*')
  const [first = ''] = parts
  if (parts.length === 1) return text === first
  const last = parts.at(-1) ?? ''
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

function isWithin(hour: number, [from, to]: readonly [number, number]): boolean {
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to
}
