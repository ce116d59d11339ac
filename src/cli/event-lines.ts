import type { EventDocument } from '../resources/events.ts'

/** One thing that happened, and everybody who told of it. */
export type EventLine = Omit<EventDocument, 'by'> & { readonly by: readonly string[] }

/** Two servers that tell of the same thing do so within this: they hear of it by the same heartbeats. */
const togetherMs = 5_000

/** Oldest first. What several roles tell of one thing is one line, with the words of the first. */
export function eventLines(events: readonly EventDocument[]): EventLine[] {
  const lines: { line: EventLine; by: string[] }[] = []
  const byTime = [...events].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  for (const { by, ...event } of byTime) {
    const same = lines.find(
      ({ line, by: tellers }) =>
        line.event === event.event &&
        line.subject === event.subject &&
        Date.parse(event.at) - Date.parse(line.at) <= togetherMs &&
        !tellers.includes(by),
    )
    if (same !== undefined) {
      same.by.push(by)
      continue
    }
    const tellers = [by]
    lines.push({ line: { ...event, by: tellers }, by: tellers })
  }
  return lines.map(({ line }) => line)
}

export function eventText({ at, by, event, subject, reason, evidence }: EventLine): string {
  const first = `${at.replace('T', ' ').replace('Z', '')}  ${[...by].sort().join(', ')}  ${event}: ${subject}: ${reason}`
  return [first, ...evidence.map(line => `    ${line}`), ''].join('\n')
}
