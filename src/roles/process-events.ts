import type { EventJournal } from '../resources/event-journal.ts'
import type { ProcessState, ProcessStatus } from '../resources/status.ts'

/**
 * What an operator should find later of the processes of this machine, in the journal of events. Ends that somebody ordered are no event.
 *
 * | before | now | told |
 * |---|---|---|
 * | running | backing off | process ended, and how |
 * | anything but this | crash-looping | process ended too often, and how |
 * | anything, after one of these | running | process started again |
 */
export function processEvents(
  journal: Pick<EventJournal, 'tell'>,
): (roleName: string, status: ProcessStatus | undefined) => void {
  const states = new Map<string, ProcessState>()
  const ended = new Set<string>()
  const tell = (event: string, subject: string, reason: string): void =>
    journal.tell({ event, subject, reason, evidence: [] })

  return (roleName, status) => {
    const before = states.get(roleName)
    if (status === undefined) {
      states.delete(roleName)
      ended.delete(roleName)
      return
    }
    const { state, reason = 'nobody knows how' } = status
    states.set(roleName, state)
    if (before === 'running' && state === 'backing-off') {
      ended.add(roleName)
      tell('process ended', roleName, reason)
    } else if (state === 'crash-looping' && before !== state) {
      ended.add(roleName)
      tell('process ended too often', roleName, `${reason}; from now on it is started seldom`)
    } else if (state === 'running' && ended.delete(roleName)) {
      tell('process started again', roleName, `restart ${status.restarts} since everport up`)
    }
  }
}
