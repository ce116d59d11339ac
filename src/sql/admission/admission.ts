import { assert, unreachable } from '../../base/assert.ts'
import {
  type AdmissionSettings,
  type GroupSettings,
  type RoleSettings,
} from '../../resources/admission-settings.ts'
import { arrive, type FairShare, nextParty, type Party, serve } from './fair-share.ts'

/** One query that wants to run. */
export interface Ticket {
  /** Given out in ascending order. */
  readonly id: number
  readonly group: string
  readonly role: string
}

export type AdmissionEvent =
  | { readonly kind: 'ask'; readonly ticket: Ticket }
  /** The query has waited as long as it may. */
  | { readonly kind: 'expired'; readonly id: number }
  /** The query no longer wants to run, or has run. */
  | { readonly kind: 'leave'; readonly id: number }
  /** Whether the memory in use leaves room for new queries. */
  | { readonly kind: 'memory'; readonly isTight: boolean }
  | { readonly kind: 'settings'; readonly settings: AdmissionSettings }

export type AdmissionEffect =
  | { readonly kind: 'admit'; readonly id: number }
  /** It has to wait, so many before it in its role's row. */
  | { readonly kind: 'wait'; readonly id: number; readonly ahead: number }
  | { readonly kind: 'refuse'; readonly id: number; readonly why: Refusal }

/** Which bound was met. */
export type Refusal =
  | { readonly kind: 'queueFull'; readonly of: 'node' | 'group' | 'role'; readonly queuedMax: number }
  | { readonly kind: 'expired' }

interface RoleQueue extends Party {
  readonly role: string
  /** In order of arrival. */
  readonly waiting: Set<number>
  running: number
}

interface GroupQueue extends Party, FairShare {
  readonly name: string
  readonly roles: Map<string, RoleQueue>
  waiting: number
  running: number
}

/** What is queued and what runs. Only nextAdmission changes it. */
export interface Admission extends FairShare {
  settings: AdmissionSettings
  isTight: boolean
  running: number
  waiting: number
  readonly groups: Map<string, GroupQueue>
  readonly tickets: Map<number, { readonly ticket: Ticket; isRunning: boolean }>
  /** Of all groups and nodes: a role may be in several groups. */
  readonly ofRole: Map<string, { running: number; waiting: number }>
}

export function createAdmission(settings: AdmissionSettings): Admission {
  return {
    settings,
    isTight: false,
    running: 0,
    waiting: 0,
    present: 0,
    groups: new Map(),
    tickets: new Map(),
    ofRole: new Map(),
  }
}

/**
 * Who runs, who waits, who is refused.
 *
 *   ticket  | event                                    | becomes, and what is told
 *   --------+------------------------------------------+----------------------------------------------------------
 *   new     | ask, room and nobody's turn before       | running (admit)
 *   new     | ask, no room                             | waiting (wait)
 *   new     | ask, no room and a full queue            | gone (refuse: queueFull)
 *   waiting | room, and its turn                       | running (admit)
 *   waiting | expired                                  | gone (refuse: expired)
 *   waiting | leave                                    | gone
 *   running | leave                                    | gone; others may have their turn
 *   running | expired                                  | running
 *
 * There is room when node, group and role all run fewer than they may and memory is not tight; a node that runs nothing has room
 * whatever the memory, so that it never stands still. Turns go round by weight among groups, and evenly among the roles of a group; within a role
 * the first to come is the first to run. Who may not run now (its group or role is at its bound) holds up nobody else.
 */
export function nextAdmission(admission: Admission, event: AdmissionEvent): AdmissionEffect[] {
  const out: AdmissionEffect[] = []
  switch (event.kind) {
    case 'ask':
      onAsk(admission, event.ticket, out)
      break
    case 'expired':
      onExpired(admission, event.id, out)
      break
    case 'leave':
      onLeave(admission, event.id, out)
      break
    case 'memory':
      admission.isTight = event.isTight
      admitNext(admission, out)
      break
    case 'settings':
      admission.settings = event.settings
      admitNext(admission, out)
      break
    default:
      unreachable(event)
  }
  return out
}

function onAsk(admission: Admission, ticket: Ticket, out: AdmissionEffect[]): void {
  assert(!admission.tickets.has(ticket.id), `ticket ${ticket.id} was given out twice`)
  const entry = { ticket, isRunning: false }
  admission.tickets.set(ticket.id, entry)
  enqueue(admission, ticket)
  admitNext(admission, out)
  if (entry.isRunning) return
  const full = fullQueue(admission, ticket)
  if (full === undefined) {
    const ahead = queuesOf(admission, ticket).role.waiting.size - 1
    out.push({ kind: 'wait', id: ticket.id, ahead })
    return
  }
  drop(admission, ticket)
  out.push({ kind: 'refuse', id: ticket.id, why: { kind: 'queueFull', ...full } })
}

function onExpired(admission: Admission, id: number, out: AdmissionEffect[]): void {
  const entry = admission.tickets.get(id)
  if (entry === undefined || entry.isRunning) return
  drop(admission, entry.ticket)
  out.push({ kind: 'refuse', id, why: { kind: 'expired' } })
}

/** A ticket that waited and will not run. */
function drop(admission: Admission, ticket: Ticket): void {
  dequeue(admission, ticket)
  admission.tickets.delete(ticket.id)
  const { group, role } = queuesOf(admission, ticket)
  forgetIdle(admission, group, role)
}

function onLeave(admission: Admission, id: number, out: AdmissionEffect[]): void {
  const entry = admission.tickets.get(id)
  if (entry === undefined) return
  if (!entry.isRunning) return drop(admission, entry.ticket)
  admission.tickets.delete(id)
  const { group, role } = queuesOf(admission, entry.ticket)
  countRunning(admission, group, role, -1)
  forgetIdle(admission, group, role)
  admitNext(admission, out)
}

/** As many as there is room for, each by its turn. */
function admitNext(admission: Admission, out: AdmissionEffect[]): void {
  while (admission.waiting > 0 && hasRoom(admission)) {
    const group = nextParty(admission.groups.values(), one => groupMayRun(admission, one), waitingSince)
    if (group === undefined) return
    const role = nextParty(group.roles.values(), one => roleMayRun(admission, one), headOf)
    assert(role !== undefined, 'a group may run of which no role may')
    const id = headOf(role)
    const entry = admission.tickets.get(id)
    assert(entry !== undefined, 'what waits has a ticket')
    serve(admission, group, groupSettings(admission, group.name)?.weight ?? 1)
    serve(group, role, 1)
    dequeue(admission, entry.ticket)
    entry.isRunning = true
    countRunning(admission, group, role, 1)
    out.push({ kind: 'admit', id })
  }
}

function countRunning(admission: Admission, group: GroupQueue, role: RoleQueue, by: 1 | -1): void {
  admission.running += by
  group.running += by
  role.running += by
  roleCounts(admission, role.role).running += by
}

function hasRoom(admission: Admission): boolean {
  if (admission.running === 0) return true
  return !admission.isTight && admission.running < admission.settings.concurrentMax
}

function groupMayRun(admission: Admission, group: GroupQueue): boolean {
  if (group.waiting === 0) return false
  if (group.running >= (groupSettings(admission, group.name)?.concurrentMax ?? Number.POSITIVE_INFINITY))
    return false
  for (const role of group.roles.values()) if (roleMayRun(admission, role)) return true
  return false
}

function roleMayRun(admission: Admission, role: RoleQueue): boolean {
  if (role.waiting.size === 0) return false
  const running = admission.ofRole.get(role.role)?.running ?? 0
  return running < (roleSettings(admission, role.role)?.concurrentMax ?? Number.POSITIVE_INFINITY)
}

/** The bound that the queue has passed with this ticket, which waits in it. */
function fullQueue(
  admission: Admission,
  ticket: Ticket,
): { of: 'node' | 'group' | 'role'; queuedMax: number } | undefined {
  const waiting = {
    node: admission.waiting,
    group: admission.groups.get(ticket.group)?.waiting ?? 0,
    role: admission.ofRole.get(ticket.role)?.waiting ?? 0,
  }
  const queuedMax = {
    node: admission.settings.queuedMax,
    group: groupSettings(admission, ticket.group)?.queuedMax ?? Number.POSITIVE_INFINITY,
    role: roleSettings(admission, ticket.role)?.queuedMax ?? Number.POSITIVE_INFINITY,
  }
  const of = (['role', 'group', 'node'] as const).find(one => waiting[one] > queuedMax[one])
  return of === undefined ? undefined : { of, queuedMax: queuedMax[of] }
}

export function groupSettings({ settings }: Admission, name: string): GroupSettings | undefined {
  return settings.groups.find(group => group.name === name)
}

export function roleSettings({ settings }: Admission, name: string): RoleSettings | undefined {
  return settings.roles.find(role => role.role === name)
}

function enqueue(admission: Admission, ticket: Ticket): void {
  const { group, role } = queuesOf(admission, ticket)
  if (group.waiting === 0) arrive(admission, group)
  if (role.waiting.size === 0) arrive(group, role)
  role.waiting.add(ticket.id)
  group.waiting++
  admission.waiting++
  roleCounts(admission, ticket.role).waiting++
}

function dequeue(admission: Admission, ticket: Ticket): void {
  const { group, role } = queuesOf(admission, ticket)
  role.waiting.delete(ticket.id)
  group.waiting--
  admission.waiting--
  roleCounts(admission, ticket.role).waiting--
}

function queuesOf(
  admission: Admission,
  ticket: Ticket,
): { readonly group: GroupQueue; readonly role: RoleQueue } {
  let group = admission.groups.get(ticket.group)
  if (group === undefined) {
    group = { name: ticket.group, start: 0, present: 0, roles: new Map(), waiting: 0, running: 0 }
    admission.groups.set(ticket.group, group)
  }
  let role = group.roles.get(ticket.role)
  if (role === undefined) {
    role = { role: ticket.role, start: 0, waiting: new Set(), running: 0 }
    group.roles.set(ticket.role, role)
  }
  return { group, role }
}

function roleCounts(admission: Admission, role: string): { running: number; waiting: number } {
  let counts = admission.ofRole.get(role)
  if (counts === undefined) {
    counts = { running: 0, waiting: 0 }
    admission.ofRole.set(role, counts)
  }
  return counts
}

/** A party that is owed nothing and owes nothing. One that had its turn before its time is kept until that time has come. */
function forgetIdle(admission: Admission, group: GroupQueue, role: RoleQueue): void {
  if (role.running === 0 && role.waiting.size === 0 && role.start <= group.present)
    group.roles.delete(role.role)
  const isIdle = group.running === 0 && group.waiting === 0 && group.roles.size === 0
  if (isIdle && group.start <= admission.present) admission.groups.delete(group.name)
  const counts = admission.ofRole.get(role.role)
  if (counts?.running === 0 && counts.waiting === 0) admission.ofRole.delete(role.role)
}

function headOf(role: RoleQueue): number {
  for (const id of role.waiting) return id
  return Number.POSITIVE_INFINITY
}

function waitingSince(group: GroupQueue): number {
  let first = Number.POSITIVE_INFINITY
  for (const role of group.roles.values()) first = Math.min(first, headOf(role))
  return first
}
