import { EverportError } from '../../base/errors.ts'
import type { Refusal } from './admission.ts'

/** What a client is told whose query is not let in. */
export function refusalError(
  why: Refusal,
  query: { readonly group: string; readonly role: string },
  waitMs: number,
): EverportError {
  if (why.kind === 'expired') {
    return new EverportError('too_many_connections', 'too many queries: this one got no turn in time', {
      detail: `It waited ${waitMs / 1_000} s in resource group "${query.group}".`,
      hint: 'Try again later, or ask for a larger share: limits.concurrent and limits.wait of the topology file.',
    })
  }
  const of = { node: 'this node', group: `resource group "${query.group}"`, role: `role "${query.role}"` }[
    why.of
  ]
  return new EverportError('too_many_connections', `too many queries: the queue of ${of} is full`, {
    detail: `${why.queuedMax} queries wait already.`,
    hint: 'Try again later, or on another node; limits.queued of the topology file is the length of the queue.',
  })
}

export function lockTimeoutError(): EverportError {
  return new EverportError('lock_not_available', 'canceling statement due to lock timeout', {
    detail: 'It waited for its turn as long as lock_timeout allows.',
  })
}

export function memoryError(usedBytes: number): EverportError {
  const megabytes = Math.round(usedBytes / 1024 / 1024)
  return new EverportError('out_of_memory', 'canceling statement because the memory of this node runs out', {
    detail: `The statement held ${megabytes} MB; of the large ones it was the youngest.`,
    hint: 'Let it read less at a time, or try again when fewer queries run; limits.memory of the topology file is the bound.',
  })
}
