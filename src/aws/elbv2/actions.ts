import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Snapshot } from '../../store/store.ts'
import type { BalancerType } from './arns.ts'
import { fixedResponseAction } from './fixed-response-action.ts'
import { forwardAction } from './forward-action.ts'
import { redirectAction } from './redirect-action.ts'
import { refuse } from './refusal.ts'

/** Where actions are to stand. */
export interface ActionPlace {
  readonly type: BalancerType
  /** Of the listener. */
  readonly protocol: string
  /** How its refusals begin. */
  readonly words: 'A default action' | 'An action'
}

const served: Readonly<Record<BalancerType, readonly string[]>> = {
  network: ['forward'],
  application: ['forward', 'redirect', 'fixed-response'],
}

const configOf: Readonly<Record<string, keyof Action>> = {
  forward: 'ForwardConfig',
  redirect: 'RedirectConfig',
  'fixed-response': 'FixedResponseConfig',
}

/**
 * The one action of a listener or a rule, in the form that AWS tells it in, with its defaults filled in. AWS lets others go before it, which log
 * the client in: they are refused, for a balancer that passed them by would let everybody in.
 */
export function checkedActions(snapshot: Snapshot, place: ActionPlace, given: readonly Action[]): Action[] {
  const { type, words } = place
  const unknown = given.find(({ Type = '' }) => !served[type].includes(Type))
  if (unknown !== undefined)
    throw refuse(
      'InvalidLoadBalancerAction',
      `Action type '${unknown.Type ?? ''}' is not supported on load balancers of type '${type}'; it must be ${either(served[type])}`,
    )
  const [action, ...more] = given
  if (action === undefined) throw refuse('ValidationError', `${words} must be specified`)
  if (more.length > 0) throw refuse('TooManyActions', `${words} must stand alone; ${given.length} were given`)
  const stray = Object.values(configOf).find(
    name => action[name] !== undefined && name !== configOf[action.Type ?? ''],
  )
  if (stray !== undefined)
    throw refuse('ValidationError', `An action of type '${action.Type}' cannot have a '${stray}'`)
  const common = { Type: action.Type, Order: action.Order ?? 1 }
  switch (action.Type) {
    case 'redirect':
      return [{ ...common, ...redirectAction(place, action) }]
    case 'fixed-response':
      return [{ ...common, ...fixedResponseAction(action) }]
    default:
      return [{ ...common, ...forwardAction(snapshot, place, action) }]
  }
}

function either(names: readonly string[]): string {
  const quoted = names.map(name => `'${name}'`)
  return quoted.length === 1 ? quoted.join() : `one of ${quoted.join(', ')}`
}
