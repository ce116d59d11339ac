import { type Decision, follow } from '../routing/decision.ts'
import { keyToName, type Name, parentKey, rootKey } from '../wire/name.ts'
import { type AnswerRecord, okPlan, type Response, response } from './response.ts'
import type { Given } from './routed-group.ts'
import type { RoutedSet } from './routed-set.ts'
import type { Answerable } from './zone-node.ts'
import { type TreeNode, wildcardLabel } from './zone-tree.ts'

/** A wildcard's name is never part of a question (but for one who asks for `*` itself); its parent's always is. */
export function suffixOf(node: TreeNode): Name {
  return node.key.startsWith(wildcardLabel) ? keyToName(parentKey(node.key) ?? rootKey) : keyToName(node.key)
}

export function answersOf(
  before: readonly AnswerRecord[],
  sets: TreeNode['sets'],
  questionSuffix: Name,
  noData: Response,
  name?: Name,
): Map<number, Answerable> {
  const given = [...sets].filter(([, set]) => set.decision.kind !== 'nothing')
  return new Map(
    given.map(([code, set]) => [code, answerOf(before, set, questionSuffix, noData, name)] as const),
  )
}

export function answerOf(
  before: readonly AnswerRecord[],
  { decision }: RoutedSet,
  questionSuffix: Name,
  noData: Response,
  name?: Name,
): Answerable {
  return steered(decision, noData, given => {
    const own = recordsOf(given, name)
    return response({ ...okPlan, answers: [...before, ...own], turning: own.length, questionSuffix })
  })
}

/** One response where all are given the same; else one for each thing that is given, made when it first is. */
export function steered(
  decision: Decision<Given>,
  none: Response,
  make: (given: Given) => Response,
): Answerable {
  if (decision.kind === 'leaf') return make(decision.leaf)
  if (decision.kind === 'nothing') return none
  const responses = new Map<Given, Response>()
  return {
    pick(source, turn) {
      const walk = { source, turn, scopeBits: 0 }
      const given = follow(decision, walk)
      if (given === undefined) return { response: none, scopeBits: walk.scopeBits }
      let made = responses.get(given)
      if (made === undefined) {
        made = make(given)
        responses.set(given, made)
      }
      return { response: made, scopeBits: walk.scopeBits }
    },
  }
}

export function recordsOf(set: Given, name?: Name): AnswerRecord[] {
  const { ttlSeconds, serialOf } = set
  const shared = {
    ...(name === undefined ? {} : { name }),
    ttlSeconds,
    ...(serialOf === undefined ? {} : { serialOf }),
  }
  return set.data.map(data => ({ ...shared, data }))
}
