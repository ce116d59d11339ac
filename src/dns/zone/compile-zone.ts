import { rcodes, types } from '../wire/codes.ts'
import { isAtOrBelow, keyToName, type Name, type NameKey, nameKey, parentKey, rootKey } from '../wire/name.ts'
import type { CnameData } from '../wire/records/cname.ts'
import type { SoaData } from '../wire/records/soa.ts'
import type { RecordSet } from './record-set.ts'
import {
  type AnswerRecord,
  anyAnswer,
  okPlan,
  type Response,
  response,
  type SteeredResponse,
} from './response.ts'
import { findInTree, type TreeNode, wildcardLabel, type ZoneTree } from './zone-tree.ts'

/** One name with every response it can give, made before it is asked. */
export interface ZoneNode {
  readonly byType: ReadonlyMap<number, Response | SteeredResponse>
  /** To any other type: NODATA, an alias (CNAME) whose target has no such type, or a referral. */
  readonly otherwise: Response
  readonly any: Response
  /** At a cut, `otherwise` is also the response for every name below. */
  readonly isCut: boolean
  /** Answers for names below that do not exist. */
  readonly wildcard: ZoneNode | undefined
  /** The zone's answer for a name that does not exist. */
  readonly nonexistent: Response
}

/** A chain of CNAMEs is followed this far within the zone; the rest is the resolver's. */
const chainMax = 8

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
    const made = { ...compileNode(tree, node, negative), wildcard, nonexistent }
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

type Compiled = Omit<ZoneNode, 'wildcard' | 'nonexistent'>

function compileNode(tree: ZoneTree, node: TreeNode, negative: AnswerRecord): Compiled {
  const questionSuffix = suffixOf(node)
  const noData = response({ ...okPlan, authorities: [negative], questionSuffix })
  if (node.isCut) {
    const otherwise = referral(tree, node)
    // What the parent says of the cut itself, it says with authority (RFC 4035 section 3.1.4.1).
    return { byType: new Map([[types.ds, noData]]), otherwise, any: otherwise, isCut: true }
  }
  const any = node.sets.size === 0 ? noData : response({ ...okPlan, answers: [anyAnswer], questionSuffix })
  const alias = node.sets.get(types.cname)
  if (alias !== undefined) return { ...compileChain(tree, node, alias, negative), any, isCut: false }
  const byType = [...node.sets].map(([code, set]) => [code, answer([], set, questionSuffix)] as const)
  return { byType: new Map(byType), otherwise: noData, any, isCut: false }
}

/** A wildcard's name is never part of a question (but for one who asks for `*` itself); its parent's always is. */
function suffixOf(node: TreeNode): Name {
  return node.key.startsWith(wildcardLabel) ? keyToName(parentKey(node.key) ?? rootKey) : node.name
}

function answer(
  before: readonly AnswerRecord[],
  set: RecordSet,
  questionSuffix: Name,
  name?: Name,
): Response {
  const own = recordsOf(set, name)
  return response({ ...okPlan, answers: [...before, ...own], turning: own.length, questionSuffix })
}

function recordsOf(set: RecordSet, name?: Name): AnswerRecord[] {
  return set.data.map(data => ({ ...(name === undefined ? {} : { name }), ttlSeconds: set.ttlSeconds, data }))
}

/** RFC 1034 section 3.6.2; the code is that of the chain's end (RFC 6604). */
function compileChain(
  tree: ZoneTree,
  node: TreeNode,
  alias: RecordSet,
  negative: AnswerRecord,
): Pick<ZoneNode, 'byType' | 'otherwise'> {
  const questionSuffix = suffixOf(node)
  const chain = recordsOf(alias)
  const asked = answer([], alias, questionSuffix)
  const ending = (end: Partial<Parameters<typeof response>[0]>, more = new Map<number, Response>()) => ({
    byType: more.set(types.cname, asked),
    otherwise: response({ ...okPlan, answers: chain, questionSuffix, ...end }),
  })
  let target = (alias.data[0] as CnameData).target
  while (chain.length < chainMax) {
    const key = nameKey(target)
    if (!isAtOrBelow(key, tree.apex)) return ending({})
    const found = findInTree(tree, key)
    if (found === undefined) return ending({ rcode: rcodes.nameError, authorities: [negative] })
    if (found.how === 'cut') return ending({})
    const next = found.node.sets.get(types.cname)
    if (next === undefined) {
      const owner = target
      const ends = [...found.node.sets].map(
        ([code, set]) => [code, answer(chain, set, questionSuffix, owner)] as const,
      )
      return ending({ authorities: [negative] }, new Map(ends))
    }
    chain.push(...recordsOf(next, target))
    target = (next.data[0] as CnameData).target
  }
  return ending({})
}

/** To names below the cut too, with the addresses of servers that could not be found otherwise (glue, RFC 9471). */
function referral(tree: ZoneTree, node: TreeNode): Response {
  const servers = node.sets.get(types.ns)?.data ?? []
  const glue = servers.flatMap(server => {
    if (server.type !== 'NS') return []
    const key = nameKey(server.nameServer)
    const at = isAtOrBelow(key, node.key) ? (tree.beyond.get(key) ?? tree.nodes.get(key)) : undefined
    return [types.a, types.aaaa].flatMap(code => {
      const set = at?.sets.get(code)
      return set === undefined ? [] : recordsOf(set, server.nameServer)
    })
  })
  return response({
    ...okPlan,
    authoritative: false,
    authorities: servers.map(data => ({
      name: node.name,
      ttlSeconds: node.sets.get(types.ns)?.ttlSeconds ?? 0,
      data,
    })),
    additionals: glue,
    questionSuffix: node.name,
  })
}
