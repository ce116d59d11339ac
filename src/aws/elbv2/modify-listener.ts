import type { ModifyListenerInput, ModifyListenerOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { type ListenerDocument, listenerKey } from '../../resources/load-balancing.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { forwardActions } from './actions.ts'
import { parseArn } from './arns.ts'
import { defaultsOf } from './attribute-rules.ts'
import { attributeRulesOf } from './listener-attributes.ts'
import { groupsAfter } from './listener-groups.ts'
import { checkListenerProtocol, tlsFields } from './listener-settings.ts'
import { refuse } from './refusal.ts'
import { listenerOf, listenersOf } from './resources.ts'

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
    checkListenerProtocol(Protocol)
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
    }
    const Listener: ListenerDocument['Listener'] = {
      ListenerArn,
      LoadBalancerArn: before.LoadBalancerArn,
      Port,
      Protocol,
      ...tlsFields(snapshot, Protocol, asked),
      DefaultActions: forwardActions(snapshot, Protocol, input.DefaultActions ?? before.DefaultActions),
    }
    const document: ListenerDocument = {
      ...found.value,
      Listener,
      ...(stays ? {} : { Attributes: defaultsOf(attributeRulesOf(Protocol)) }),
    }
    const key = listenerKey(name, Port)
    const after = [...others.map(({ value }) => value.Listener), Listener]
    return {
      changes: [
        ...(key === found.key ? [] : [{ key: found.key, value: undefined }]),
        { key, value: document },
        ...groupsAfter(snapshot, before.LoadBalancerArn, after),
      ],
      answer: Listener,
    }
  })
  await dataPlanes.whenApplied(revision, 'balancer')
  return { Listeners: [answer] }
}
