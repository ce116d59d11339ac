import type { CreateListenerInput, CreateListenerOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { type ListenerDocument, listenerKey } from '../../resources/load-balancing.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { checkedActions } from './actions.ts'
import { listenerArn, newArnId } from './arns.ts'
import { defaultsOf } from './attribute-rules.ts'
import { elbv2Limits } from './limits.ts'
import { attributeRulesOf } from './listener-attributes.ts'
import { actionsBeside, groupsAfter } from './listener-groups.ts'
import { checkListenerProtocol, tlsFields } from './listener-settings.ts'
import { refuse } from './refusal.ts'
import { balancerTypeOf, listenersOf, loadBalancerOf, touched } from './resources.ts'
import { newTags, sameTags } from './tags.ts'

/** The same port with the same settings is the answer; with other settings it is a duplicate. */
export const createListener: Operation<CreateListenerInput, CreateListenerOutput> = async (
  input,
  context,
) => {
  const { LoadBalancerArn, Protocol, Port } = input
  if (Port === undefined) throw refuse('ValidationError', 'A listener port must be specified')
  if (Protocol === undefined) throw refuse('ValidationError', 'A listener protocol must be specified')
  const { answer } = await commitPlanned(context.store, snapshot => {
    const loadBalancer = loadBalancerOf(snapshot, LoadBalancerArn)
    const name = loadBalancer.value.LoadBalancer.LoadBalancerName
    const type = balancerTypeOf(loadBalancer.value)
    checkListenerProtocol(type, Protocol)
    const place = { type, protocol: Protocol, words: 'A default action' } as const
    const listeners = listenersOf(snapshot, name)
    const fields = {
      LoadBalancerArn,
      Port,
      Protocol,
      ...tlsFields(snapshot, Protocol, input),
      DefaultActions: checkedActions(snapshot, place, input.DefaultActions),
    }
    const known = listeners.find(listener => listener.value.Listener.Port === Port)?.value.Listener
    if (known !== undefined) {
      const { ListenerArn, ...settings } = known
      if (isEqual(settings, fields) && sameTags(snapshot, ListenerArn, input.Tags))
        return { changes: [], answer: known }
      throw refuse(
        'DuplicateListener',
        `A listener already exists on port ${Port} for load balancer '${LoadBalancerArn}'`,
      )
    }
    if (listeners.length >= elbv2Limits.listenersPerLoadBalancer)
      throw refuse(
        'TooManyListeners',
        `A load balancer can have ${elbv2Limits.listenersPerLoadBalancer} listeners`,
      )
    const Listener: ListenerDocument['Listener'] = {
      ListenerArn: listenerArn(LoadBalancerArn, newArnId(context.random)),
      ...fields,
    }
    const document: ListenerDocument = { Listener, Attributes: defaultsOf(attributeRulesOf(Protocol)) }
    const after = [...actionsBeside(snapshot, name, []), ...Listener.DefaultActions]
    return {
      changes: [
        { key: listenerKey(name, Port), value: document },
        touched(loadBalancer),
        ...groupsAfter(snapshot, LoadBalancerArn, after),
        ...newTags(Listener.ListenerArn, input.Tags),
      ],
      answer: Listener,
    }
  })
  return { Listeners: [answer] }
}

function isEqual(a: object, b: object): boolean {
  const sorted = (value: object): string =>
    JSON.stringify(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
  return sorted(a) === sorted(b)
}
