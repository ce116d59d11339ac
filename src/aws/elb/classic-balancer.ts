import {
  type ClassicSettings,
  type LoadBalancerDocument,
  loadBalancerKey,
} from '../../resources/load-balancing.ts'
import type { Document, Snapshot } from '../../store/store.ts'
import { refuse } from './refusal.ts'

export type ClassicDocument = LoadBalancerDocument & { readonly Classic: ClassicSettings }

export const isClassic = (document: LoadBalancerDocument): document is ClassicDocument =>
  document.Classic !== undefined

export function classicOf(snapshot: Snapshot, name: string): Document<ClassicDocument> {
  const found = snapshot.get<LoadBalancerDocument>(loadBalancerKey(name))
  if (found === undefined || !isClassic(found.value)) throw noLoadBalancer(name)
  return { ...found, value: found.value }
}

/** In order of their names. */
export const classicBalancers = (snapshot: Snapshot): readonly ClassicDocument[] =>
  snapshot
    .list<LoadBalancerDocument>(loadBalancerKey(''))
    .map(({ value }) => value)
    .filter(isClassic)

const noLoadBalancer = (name: string) =>
  refuse('LoadBalancerNotFound', `There is no ACTIVE Load Balancer named '${name}'`)
