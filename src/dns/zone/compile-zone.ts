import { type Decision, follow } from '../routing/decision.ts'
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
import type { Given } from './routed-group.ts'
import { type RoutedSet, usualSet } from './routed-set.ts'
import { findInTree, type TreeNode, wildcardLabel, type ZoneTree } from './zone-tree.ts'

type Answerable = Response | SteeredResponse

/** One name with every response it can give, made before it is asked. */
export interface ZoneNode {
  readonly byType: ReadonlyMap<number, Answerable>
  /** To any other type: NODATA, an alias (CNAME) whose target has no such type, or a referral. */
  readonly otherwise: Answerable
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
    const made = new LazyNode(() => compileNode(tree, node, negative), node.isCut, wildcard, nonexistent)
    compiled.set(key, made)
    return made
  }
  for (const key of tree.nodes.keys()) compile(key)
  return compiled
}

/** A switch makes every node anew, and few are asked before the next: each is compiled when it first is. */
class LazyNode implements ZoneNode {
  readonly isCut: boolean
  readonly wildcard: ZoneNode | undefined
  readonly nonexistent: Response
  #compile: (() => Compiled) | undefined
  #compiled: Compiled | undefined
  constructor(
    compile: () => Compiled,
    isCut: boolean,
    wildcard: ZoneNode | undefined,
    nonexistent: Response,
  ) {
    this.#compile = compile
    this.isCut = isCut
    this.wildcard = wildcard
    this.nonexistent = nonexistent
  }
  get byType(): ZoneNode['byType'] {
    return this.#get().byType
  }
  get otherwise(): Answerable {
    return this.#get().otherwise
  }
  get any(): Response {
    return this.#get().any
  }
  #get(): Compiled {
    if (this.#compiled !== undefined) return this.#compiled
    const compiled = (this.#compile as () => Compiled)()
    this.#compiled = compiled
    this.#compile = undefined
    return compiled
  }
}

/** RFC 2308 section 3: the SOA, for as long as the negative answer may be kept. */
function negativeAnswer(soa: RecordSet): AnswerRecord {
  const data = soa.data[0] as SoaData
  return { name: soa.name, ttlSeconds: Math.min(soa.ttlSeconds, data.minimumSeconds), data }
}

type Compiled = Pick<ZoneNode, 'any' | 'byType' | 'otherwise'>

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

/** A wildcard's name is never part of a question (but for one who asks for `*` itself); its parent's always is. */
function suffixOf(node: TreeNode): Name {
  return node.key.startsWith(wildcardLabel) ? keyToName(parentKey(node.key) ?? rootKey) : keyToName(node.key)
}

function answersOf(
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

function answerOf(
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
function steered(decision: Decision<Given>, none: Response, make: (given: Given) => Response): Answerable {
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

function recordsOf(set: Given, name?: Name): AnswerRecord[] {
  return set.data.map(data => ({ ...(name === undefined ? {} : { name }), ttlSeconds: set.ttlSeconds, data }))
}

type Ending = Pick<ZoneNode, 'byType' | 'otherwise'>

/** RFC 1034 section 3.6.2; the code is that of the chain's end (RFC 6604). */
function compileChain(
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

/** Where a server's addresses are, in what the zone has authority over; the server of a cut may have the cut's own name. */
function serverNode(tree: ZoneTree, key: NameKey): TreeNode | undefined {
  const found = isAtOrBelow(key, tree.apex) ? findInTree(tree, key) : undefined
  return found === undefined || (found.how === 'cut' && found.node.key !== key) ? undefined : found.node
}

function onlyOf(code: number, set: RoutedSet | undefined): TreeNode['sets'] {
  return set === undefined ? new Map() : new Map([[code, set]])
}

/**
 * To names below the cut too, with the addresses that this zone knows of the servers: those below the cut could not be found otherwise
 * (glue), others of the zone save a question, and two cuts may name servers below each other (RFC 9471 section 2).
 */
function referral(tree: ZoneTree, node: TreeNode): Response {
  const name = keyToName(node.key)
  const delegation = usualOf(node, types.ns)
  const servers = delegation?.data ?? []
  const glue = servers.flatMap(server => {
    if (server.type !== 'NS') return []
    const key = nameKey(server.nameServer)
    const at = tree.beyond.get(key) ?? serverNode(tree, key)
    return [types.a, types.aaaa].flatMap(code => {
      const set = at === undefined ? undefined : usualOf(at, code)
      return set === undefined ? [] : recordsOf(set, server.nameServer)
    })
  })
  return response({
    ...okPlan,
    authoritative: false,
    authorities: servers.map(data => ({
      name,
      ttlSeconds: delegation?.ttlSeconds ?? 0,
      data,
    })),
    additionals: glue,
    questionSuffix: name,
  })
}

/** What stands in a referral is the same for everyone. */
function usualOf(node: TreeNode, code: number): RecordSet | undefined {
  const set = node.sets.get(code)
  return set === undefined ? undefined : usualSet(set)
}
