import type { ModifyListenerInput, ModifyListenerOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { type ListenerDocument, listenerKey, ruleKey } from '../../resources/load-balancing.ts'
import type { Change } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { checkedActions } from './actions.ts'
import { parseArn } from './arns.ts'
import { defaultsOf } from './attribute-rules.ts'
import { attributeRulesOf } from './listener-attributes.ts'
import { actionsBeside, groupsAfter } from './listener-groups.ts'
import { checkListenerProtocol, tlsFields } from './listener-settings.ts'
import { refuse } from './refusal.ts'
import { balancerTypeOf, listenerOf, listenersOf, loadBalancerOf, touched } from './resources.ts'
import { rulesOfListener } from './rules.ts'

/** What is not named stays. From when this answers, no balancer that lives works by the old settings. */
export const modifyListener: Operation<ModifyListenerInput, ModifyListenerOutput> = async (
  input,
  { store, dataPlanes },
) => {
  const { ListenerArn } = input
  const { answer, revision } = await commitPlanned(store, snapshot => {
    const found = listenerOf(snapshot, ListenerArn)
    const before = found.value.Listener
    const name = parseArn(ListenerArn)?.name ?? ''
    const Port = input.Port ?? before.Port
    const Protocol = input.Protocol ?? before.Protocol
    const loadBalancer = loadBalancerOf(snapshot, before.LoadBalancerArn)
    const type = balancerTypeOf(loadBalancer.value)
    checkListenerProtocol(type, Protocol)
    const others = listenersOf(snapshot, name).filter(({ key }) => key !== found.key)
    if (others.some(({ value }) => value.Listener.Port === Port))
      throw refuse(
        'DuplicateListener',
        `A listener already exists on port ${Port} for load balancer '${before.LoadBalancerArn}'`,
      )
    const stays = Protocol === before.Protocol
    const asked = {
      Certificates: input.Certificates ?? (stays ? before.Certificates : undefined),
      SslPolicy: input.SslPolicy ?? (stays ? before.SslPolicy : undefined),
      AlpnPolicy: input.AlpnPolicy ?? (stays ? before.AlpnPolicy : undefined),
      MutualAuthentication: input.MutualAuthentication,
    }
    const place = { type, protocol: Protocol, words: 'A default action' } as const
    const Listener: ListenerDocument['Listener'] = {
      ListenerArn,
      LoadBalancerArn: before.LoadBalancerArn,
      Port,
      Protocol,
      ...tlsFields(snapshot, Protocol, asked),
      DefaultActions: checkedActions(snapshot, place, input.DefaultActions ?? before.DefaultActions),
    }
    const document: ListenerDocument = {
      ...found.value,
      Listener,
      ...(stays ? {} : { Attributes: defaultsOf(attributeRulesOf(Protocol)) }),
    }
    const key = listenerKey(name, Port)
    const rules = rulesOfListener(snapshot, before)
    // What a rule may do depends on the protocol as well.
    if (!stays) for (const { value } of rules) checkedActions(snapshot, place, value.Rule.Actions)
    const after = [...actionsBeside(snapshot, name, [found.key]), ...Listener.DefaultActions]
    return {
      changes: [
        ...(key === found.key
          ? []
          : [{ key: found.key, value: undefined }, ...movedRules(rules, name, Port)]),
        { key, value: document },
        touched(loadBalancer),
        ...groupsAfter(snapshot, before.LoadBalancerArn, after),
      ],
      answer: Listener,
    }
  })
  await dataPlanes.whenApplied(revision, 'balancer')
  return { Listeners: [answer] }
}

/** Rules stand under the port of their listener. */
function movedRules(rules: ReturnType<typeof rulesOfListener>, name: string, port: number): Change[] {
  return rules.flatMap(({ key, value }) => [
    { key, value: undefined },
    { key: ruleKey(name, port, key.slice(key.lastIndexOf('/') + 1)), value },
  ])
}
