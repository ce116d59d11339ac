import { rcodes, types } from '../wire/codes.ts'
import { keyToName, type NameKey } from '../wire/name.ts'
import type { SoaData } from '../wire/records/soa.ts'
import { compileChain } from './compile-chain.ts'
import { answerOf, answersOf, suffixOf } from './node-answers.ts'
import type { RecordSet } from './record-set.ts'
import { referral } from './referral.ts'
import { type AnswerRecord, anyAnswer, okPlan, response } from './response.ts'
import { type Compiled, LazyNode, type ZoneNode } from './zone-node.ts'
import { type TreeNode, wildcardLabel, type ZoneTree } from './zone-tree.ts'

export function compileZone(tree: ZoneTree, soa: RecordSet): ReadonlyMap<NameKey, ZoneNode> {
  const negative = negativeAnswer(soa)
  const nonexistent = response({
    ...okPlan,
    rcode: rcodes.nameError,
    authorities: [negative],
    questionSuffix: keyToName(tree.apex),
  })
  const compiled = new Map<NameKey, ZoneNode>()
  const compile = (key: NameKey): ZoneNode | undefined => {
    const ready = compiled.get(key)
    const node = tree.nodes.get(key)
    if (ready !== undefined || node === undefined) return ready
    const wildcard = compile(wildcardLabel + key)
    const made = new LazyNode(() => compileNode(tree, node, negative), node.isCut, wildcard, nonexistent)
    compiled.set(key, made)
    return made
  }
  for (const key of tree.nodes.keys()) compile(key)
  return compiled
}

/** RFC 2308 section 3: the SOA, for as long as the negative answer may be kept. */
function negativeAnswer(soa: RecordSet): AnswerRecord {
  const data = soa.data[0] as SoaData
  return { name: soa.name, ttlSeconds: Math.min(soa.ttlSeconds, data.minimumSeconds), data }
}

function compileNode(tree: ZoneTree, node: TreeNode, negative: AnswerRecord): Compiled {
  const questionSuffix = suffixOf(node)
  const noData = response({ ...okPlan, authorities: [negative], questionSuffix })
  if (node.isCut) {
    const otherwise = referral(tree, node)
    // What the parent says of the cut itself, it says with authority (RFC 4035 section 3.1.4.1).
    const signer = node.sets.get(types.ds)
    const ds = signer === undefined ? noData : answerOf([], signer, questionSuffix, noData)
    return { byType: new Map([[types.ds, ds]]), otherwise, any: otherwise }
  }
  const any = node.sets.size === 0 ? noData : response({ ...okPlan, answers: [anyAnswer], questionSuffix })
  const alias = node.sets.get(types.cname)
  if (alias !== undefined) return { ...compileChain(tree, node, alias, negative), any }
  return { byType: answersOf([], node.sets, questionSuffix, noData), otherwise: noData, any }
}
