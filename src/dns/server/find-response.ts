import { types } from '../wire/codes.ts'
import { type NameKey, parentKey } from '../wire/name.ts'
import type { Query } from '../wire/query.ts'
import type { Response, SteeredResponse } from '../zone/response.ts'
import type { ZoneNode } from '../zone/zone-node.ts'
import type { ZoneSnapshot } from '../zone/zone-snapshot.ts'

/** Undefined outside our zones. */
export function findResponse(zones: ZoneSnapshot, query: Query): Response | SteeredResponse | undefined {
  const exact = zones.nodes.get(query.key)
  if (exact !== undefined) return responseOf(exact, query.type)
  const encloser = closestEncloser(zones, query)
  if (encloser === undefined) return undefined
  if (encloser.isCut) return encloser.otherwise
  return encloser.wildcard === undefined ? encloser.nonexistent : responseOf(encloser.wildcard, query.type)
}

function responseOf(node: ZoneNode, type: number): Response | SteeredResponse {
  return type === types.any ? node.any : (node.byType.get(type) ?? node.otherwise)
}

/** Starts no deeper than our deepest name, so that a name of 127 labels costs no more than others. */
function closestEncloser(zones: ZoneSnapshot, query: Query): ZoneNode | undefined {
  let offset = 0
  for (let spare = query.labels - zones.labelsMax; spare > 0; spare--)
    offset += query.key.charCodeAt(offset) + 1
  let key: NameKey | undefined = query.key.slice(offset)
  while (key !== undefined) {
    const node = zones.nodes.get(key)
    if (node !== undefined) return node
    key = parentKey(key)
  }
  return undefined
}
