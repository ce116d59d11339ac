import { assert } from '../../base/assert.ts'
import { rcodes, types } from '../wire/codes.ts'
import { keyToName, type NameKey, parentKey } from '../wire/name.ts'
import type { SoaData } from '../wire/records/soa.ts'
import { touchedNames } from './changed-tree.ts'
import { compileChain } from './compile-chain.ts'
import { answerOf, answersOf, suffixOf } from './node-answers.ts'
import type { RecordSet } from './record-set.ts'
import { referral } from './referral.ts'
import { type AnswerRecord, anyAnswer, okPlan, type Response, response } from './response.ts'
import { type Compiled, LazyNode, type ZoneNode } from './zone-node.ts'
import { type TreeNode, wildcardLabel, type ZoneTree } from './zone-tree.ts'

/** What the names of a zone say of what is not there. */
export interface ZoneDenial {
  readonly negative: AnswerRecord
  readonly nonexistent: Response
}

export function zoneDenial(apex: NameKey, soa: RecordSet): ZoneDenial {
  const negative = { ...negativeAnswer(soa), serialOf: apex }
  const plan = { ...okPlan, rcode: rcodes.nameError, authorities: [negative] }
  return { negative, nonexistent: response({ ...plan, questionSuffix: keyToName(apex) }) }
}

export interface Compilation {
  readonly tree: ZoneTree
  readonly denial: ZoneDenial
  /** Names that have other sets than `before`. */
  readonly changed: ReadonlySet<NameKey>
  /** The zone's nodes until now. */
  before(key: NameKey): ZoneNode | undefined
  /** The parent's side of the apex, when the parent is served here too. */
  readonly signer: ZoneNode | undefined
  readonly isSignerOther: boolean
}

/** The nodes that are others than before; undefined for one that is gone. */
export function changedNodes({
  tree,
  denial,
  changed,
  before,
  signer,
  isSignerOther,
}: Compilation): ReadonlyMap<NameKey, ZoneNode | undefined> {
  const made = new Map<NameKey, ZoneNode | undefined>()
  const due = new Set<NameKey>()
  const addDue = (key: NameKey): void => {
    due.add(key)
    // What stands above a wildcard holds it.
    const parent = key.startsWith(wildcardLabel) ? parentKey(key) : undefined
    if (parent !== undefined && !due.has(parent)) addDue(parent)
  }
  for (const key of touchedNames(tree, changed)) addDue(key)
  if (isSignerOther) addDue(tree.apex)
  // One that follows others was to be compiled from the tree of its day; no more trees than one are kept for that.
  for (const [key] of tree.followers.entries()) if (!isCompiled(before(key))) addDue(key)
  const make = (key: NameKey): ZoneNode | undefined => {
    if (made.has(key)) return made.get(key)
    const node = tree.nodes.get(key)
    if (!due.has(key)) return node === undefined ? undefined : before(key)
    const wildcard = node === undefined ? undefined : make(wildcardLabel + key)
    const own = key === tree.apex ? signer : undefined
    const one = node === undefined ? undefined : lazyNode(tree, node, denial, wildcard, own)
    made.set(key, one)
    return one
  }
  for (const key of due) make(key)
  return made
}

function isCompiled(node: ZoneNode | undefined): boolean {
  return node instanceof LazyNode && node.isCompiled
}

function lazyNode(
  tree: ZoneTree,
  node: TreeNode,
  { negative, nonexistent }: ZoneDenial,
  wildcard: ZoneNode | undefined,
  signer: ZoneNode | undefined,
): ZoneNode {
  // Most names look at no other: they must not keep a tree that is of yesterday.
  const isFollower = node.isCut || node.sets.has(types.cname)
  const compile = isFollower ? () => compileFollower(tree, node, negative) : () => compileNode(node, negative)
  const whole = signer === undefined ? compile : () => withSigner(compile(), signer)
  return new LazyNode(whole, node.isCut, wildcard, nonexistent)
}

/** Of a zone whose parent is served here too, the parent's side answers for DS (RFC 4035 section 3.1.4.1). */
function withSigner(compiled: Compiled, parentSide: ZoneNode): Compiled {
  const signer = parentSide.byType.get(types.ds)
  if (signer === undefined) return compiled
  return { ...compiled, byType: new Map([...compiled.byType, [types.ds, signer]]) }
}

/** RFC 2308 section 3: the SOA, for as long as the negative answer may be kept. */
function negativeAnswer(soa: RecordSet): AnswerRecord {
  const data = soa.data[0] as SoaData
  return { name: soa.name, ttlSeconds: Math.min(soa.ttlSeconds, data.minimumSeconds), data }
}

function compileNode(node: TreeNode, negative: AnswerRecord): Compiled {
  const questionSuffix = suffixOf(node)
  const noData = response({ ...okPlan, authorities: [negative], questionSuffix })
  const any = anyOf(node, noData)
  return { byType: answersOf([], node.sets, questionSuffix, noData), otherwise: noData, any }
}

/** A cut or an alias, whose answers are made of what lies at other names too. */
function compileFollower(tree: ZoneTree, node: TreeNode, negative: AnswerRecord): Compiled {
  const questionSuffix = suffixOf(node)
  const noData = response({ ...okPlan, authorities: [negative], questionSuffix })
  if (node.isCut) {
    const otherwise = referral(tree, node)
    // What the parent says of the cut itself, it says with authority (RFC 4035 section 3.1.4.1).
    const signer = node.sets.get(types.ds)
    const ds = signer === undefined ? noData : answerOf([], signer, questionSuffix, noData)
    return { byType: new Map([[types.ds, ds]]), otherwise, any: otherwise }
  }
  const alias = node.sets.get(types.cname)
  assert(alias !== undefined, 'a name that follows others is a cut or an alias')
  return { ...compileChain(tree, node, alias, negative), any: anyOf(node, noData) }
}

function anyOf({ sets }: TreeNode, noData: Response): Response {
  return sets.size === 0
    ? noData
    : response({ ...okPlan, answers: [anyAnswer], questionSuffix: noData.plan.questionSuffix })
}
