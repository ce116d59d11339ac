import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ActionPlace } from './actions.ts'
import { refuse } from './refusal.ts'

/** What stands for a part that is not given: the request's own. */
const own = {
  Protocol: '#{protocol}',
  Host: '#{host}',
  Port: '#{port}',
  Path: '/#{path}',
  Query: '#{query}',
} as const

/** `#{…}` with a name that no request has. */
const unknownPart = /#\{(?!(?:protocol|host|port|path|query)\})[^}]*\}?/

/** ALB guide, "Redirect actions". */
export function redirectAction({ protocol }: ActionPlace, { RedirectConfig }: Action): Partial<Action> {
  if (RedirectConfig?.StatusCode === undefined)
    throw refuse('ValidationError', 'A redirect status code must be specified')
  const config = { ...own, ...defined(RedirectConfig), StatusCode: RedirectConfig.StatusCode }
  const { Protocol, Host, Port, Path, Query } = config
  for (const [name, text] of Object.entries({ Host, Path, Query })) {
    const unknown = unknownPart.exec(text)?.[0]
    if (unknown !== undefined)
      throw refuse(
        'InvalidLoadBalancerAction',
        `The redirect ${name.toLowerCase()} '${text}' has '${unknown}'; the parts of a request are #{protocol}, #{host}, #{port}, #{path} and #{query}`,
      )
  }
  if (!Path.startsWith('/'))
    throw refuse('InvalidLoadBalancerAction', `The redirect path '${Path}' must begin with a '/'`)
  if (Port !== own.Port && !(/^[1-9]\d{0,4}$/.test(Port) && Number(Port) <= 65_535))
    throw refuse(
      'InvalidLoadBalancerAction',
      `The redirect port '${Port}' must be '#{port}' or between '1-65535' inclusive`,
    )
  if (protocol === 'HTTPS' && Protocol === 'HTTP')
    throw refuse('InvalidLoadBalancerAction', 'Requests cannot be redirected from HTTPS to HTTP')
  if (Protocol === own.Protocol && Host === own.Host && Port === own.Port && Path === own.Path)
    throw refuse(
      'InvalidLoadBalancerAction',
      'The redirect configuration is not valid because it creates a loop.',
    )
  return { RedirectConfig: config }
}

function defined(config: NonNullable<Action['RedirectConfig']>): { [K in keyof typeof own]?: string } {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
}
