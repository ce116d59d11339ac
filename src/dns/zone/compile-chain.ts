import { rcodes, types } from '../wire/codes.ts'
import { isAtOrBelow, type Name, nameKey } from '../wire/name.ts'
import type { CnameData } from '../wire/records/cname.ts'
import { answersOf, recordsOf, steered, suffixOf } from './node-answers.ts'
import { type AnswerRecord, okPlan, type Response, response } from './response.ts'
import type { Given } from './routed-group.ts'
import type { RoutedSet } from './routed-set.ts'
import type { Answerable, ZoneNode } from './zone-node.ts'
import { findInTree, type TreeNode, type ZoneTree } from './zone-tree.ts'

/** A chain of CNAMEs is followed this far within the zone; the rest is the resolver's. */
const chainMax = 8

type Ending = Pick<ZoneNode, 'byType' | 'otherwise'>

/** RFC 1034 section 3.6.2; the code is that of the chain's end (RFC 6604). */
export function compileChain(
  tree: ZoneTree,
  node: TreeNode,
  { decision }: RoutedSet,
  negative: AnswerRecord,
): Ending {
  const noData = response({ ...okPlan, authorities: [negative], questionSuffix: suffixOf(node) })
  if (decision.kind === 'nothing') return { byType: new Map(), otherwise: noData }
  if (decision.kind === 'leaf') return chainFrom(tree, node, decision.leaf, negative, true)
  // Each way has an end of its own.
  const ends = new Map<Given, Ending>()
  const responseOf = (given: Given, code: number): Response => {
    const ending = ends.get(given) ?? chainFrom(tree, node, given, negative, false)
    ends.set(given, ending)
    const found = ending.byType.get(code) ?? ending.otherwise
    return 'pick' in found ? noData : found
  }
  const codes = [types.cname, ...tree.codes]
  return {
    byType: new Map(
      codes.map(code => [code, steered(decision, noData, given => responseOf(given, code))] as const),
    ),
    otherwise: steered(decision, noData, given => responseOf(given, noCode)),
  }
}

/** Of no record. */
const noCode = 0

/** `isFirstFork`: the end may have several ways. Behind another fork they would multiply: there the resolver asks anew. */
function chainFrom(
  tree: ZoneTree,
  node: TreeNode,
  first: Given,
  negative: AnswerRecord,
  isFirstFork: boolean,
): Ending {
  const questionSuffix = suffixOf(node)
  const chain = recordsOf(first)
  const asked = response({ ...okPlan, answers: recordsOf(first), turning: 1, questionSuffix })
  const ending = (end: Partial<Parameters<typeof response>[0]>, more = new Map<number, Answerable>()) => ({
    byType: more.set(types.cname, asked),
    otherwise: response({ ...okPlan, answers: chain, questionSuffix, ...end }),
  })
  const endsWith = (sets: TreeNode['sets'], owner: Name) => {
    const noData = response({ ...okPlan, answers: chain, authorities: [negative], questionSuffix })
    return answersOf(chain, sets, questionSuffix, noData, owner)
  }
  let target = (first.data[0] as CnameData).target
  const passed = new Set([node])
  while (chain.length < chainMax) {
    const key = nameKey(target)
    if (!isAtOrBelow(key, tree.apex)) return ending({})
    const found = findInTree(tree, key)
    if (found === undefined) return ending({ rcode: rcodes.nameError, authorities: [negative] })
    if (found.how === 'cut') {
      if (found.node.key !== key) return ending({})
      const noSigner = response({ ...okPlan, answers: chain, authorities: [negative], questionSuffix })
      const signer = found.node.sets.get(types.ds)
      return ending({}, new Map([[types.ds, noSigner], ...endsWith(onlyOf(types.ds, signer), target)]))
    }
    // Round in a circle: nothing new comes.
    if (passed.has(found.node)) return ending({})
    passed.add(found.node)
    const { sets } = found.node
    const next = sets.get(types.cname)?.decision
    if (next === undefined || next.kind === 'nothing') {
      const isSplit = [...sets.values()].some(({ decision }) => decision.kind === 'fork')
      if (isSplit && !isFirstFork) return ending({})
      return ending({ authorities: [negative] }, endsWith(sets, target))
    }
    if (next.kind === 'fork') return ending({})
    chain.push(...recordsOf(next.leaf, target))
    target = (next.leaf.data[0] as CnameData).target
  }
  return ending({})
}

function onlyOf(code: number, set: RoutedSet | undefined): TreeNode['sets'] {
  return set === undefined ? new Map() : new Map([[code, set]])
}
