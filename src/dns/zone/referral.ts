import { types } from '../wire/codes.ts'
import { isAtOrBelow, keyToName, type NameKey, nameKey } from '../wire/name.ts'
import { recordsOf } from './node-answers.ts'
import type { RecordSet } from './record-set.ts'
import { okPlan, type Response, response } from './response.ts'
import { usualSet } from './routed-set.ts'
import { findInTree, type TreeNode, type ZoneTree } from './zone-tree.ts'

/**
 * To names below the cut too, with the addresses that this zone knows of the servers: those below the cut could not be found otherwise
 * (glue), others of the zone save a question, and two cuts may name servers below each other (RFC 9471 section 2).
 */
export function referral(tree: ZoneTree, node: TreeNode): Response {
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

/** Where a server's addresses are, in what the zone has authority over; the server of a cut may have the cut's own name. */
function serverNode(tree: ZoneTree, key: NameKey): TreeNode | undefined {
  const found = isAtOrBelow(key, tree.apex) ? findInTree(tree, key) : undefined
  return found === undefined || (found.how === 'cut' && found.node.key !== key) ? undefined : found.node
}
