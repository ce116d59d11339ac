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
    const signer = node.sets.get(types.ds)
    const ds = signer === undefined ? noData : answer([], signer, questionSuffix)
    return { byType: new Map([[types.ds, ds]]), otherwise, any: otherwise, isCut: true }
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
  const endsWith = (sets: TreeNode['sets'], owner: Name) =>
    new Map([...sets].map(([code, set]) => [code, answer(chain, set, questionSuffix, owner)] as const))
  let target = (alias.data[0] as CnameData).target
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
    const next = found.node.sets.get(types.cname)
    if (next === undefined) return ending({ authorities: [negative] }, endsWith(found.node.sets, target))
    chain.push(...recordsOf(next, target))
    target = (next.data[0] as CnameData).target
  }
  return ending({})
}

/** Where a server's addresses are, in what the zone has authority over; the server of a cut may have the cut's own name. */
function serverNode(tree: ZoneTree, key: NameKey): TreeNode | undefined {
  const found = isAtOrBelow(key, tree.apex) ? findInTree(tree, key) : undefined
  return found === undefined || (found.how === 'cut' && found.node.key !== key) ? undefined : found.node
}

function onlyOf(code: number, set: RecordSet | undefined): TreeNode['sets'] {
  return set === undefined ? new Map() : new Map([[code, set]])
}

/**
 * To names below the cut too, with the addresses that this zone knows of the servers: those below the cut could not be found otherwise
 * (glue), others of the zone save a question, and two cuts may name servers below each other (RFC 9471 section 2).
 */
function referral(tree: ZoneTree, node: TreeNode): Response {
  const servers = node.sets.get(types.ns)?.data ?? []
  const glue = servers.flatMap(server => {
    if (server.type !== 'NS') return []
    const key = nameKey(server.nameServer)
    const at = tree.beyond.get(key) ?? serverNode(tree, key)
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
