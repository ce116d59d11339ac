import { EverportError } from '../base/errors.ts'
import { type Endpoint, formatEndpoint, type Network } from '../base/network.ts'

/** An address and port that a role is about to listen on. */
export interface WantedEndpoint extends Endpoint {
  readonly roleName: string
}

/**
 * Tries to listen where the roles will, so that every address this machine lacks and every port another program holds is told at
 * once, before anything is started. Rejects with one EverportError that names them all.
 */
export async function preflight(network: Network, wanted: readonly WantedEndpoint[]): Promise<void> {
  const failures = (await Promise.all(wanted.map(endpoint => attempt(network, endpoint)))).filter(isFailure)
  const missing = failures.filter(({ error }) => error.code === 'address_missing')
  if (missing.length > 0) {
    const addresses = [...new Set(missing.map(({ endpoint }) => endpoint.address))]
    throw new EverportError(
      'address_missing',
      `this machine lacks ${addresses.length} loopback addresses that the topology uses`,
      {
        detail: addresses.join(', '),
        hint: `on macOS, once after each boot:\n${addresses.map(address => `sudo ifconfig lo0 alias ${address} up`).join('\n')}`,
      },
    )
  }
  const [first] = failures
  if (first === undefined) return
  const lines = failures.map(
    ({ endpoint, error }) => `${formatEndpoint(endpoint)} for ${endpoint.roleName}: ${shortReason(error)}`,
  )
  const rest = lines.length - shownMax
  throw new EverportError(
    first.error.code,
    `${failures.length} of the ${wanted.length} ports that Everport needs cannot be used`,
    {
      detail: [...lines.slice(0, shownMax), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n'),
      hint: hintFor(failures, wanted.length, first.error),
    },
  )
}

/** Of the ports; the rest is counted. */
const shownMax = 12

/** Most of them at once is no accident: addresses follow from the order in the file, so that two Everports have the same. */
function hintFor(failures: readonly Failure[], wanted: number, first: EverportError): string {
  const taken = failures.filter(({ error }) => error.code === 'address_in_use').length
  if (taken * 2 > wanted)
    return 'another Everport seems to run on this machine: end it (everport down --state DIR), or choose other `ports`, `auxiliaryPorts`, `dns.port`, `dns.metricsPort`, `control.port` and `balancers.metricsPort` in the topology file'
  return first.hint ?? 'choose other ports in the topology file'
}

interface Failure {
  readonly endpoint: WantedEndpoint
  readonly error: EverportError
}

async function attempt(network: Network, endpoint: WantedEndpoint): Promise<Failure | undefined> {
  try {
    const listening = await network.listen(endpoint, {}, connection => connection.destroy())
    await listening.close()
    return undefined
  } catch (error) {
    if (error instanceof EverportError) return { endpoint, error }
    throw error
  }
}

function isFailure(failure: Failure | undefined): failure is Failure {
  return failure !== undefined
}

function shortReason(error: EverportError): string {
  if (error.code === 'address_in_use') return 'another program uses it'
  if (error.code === 'permission_denied') return 'not permitted'
  return error.message
}
