import { EverportError } from '../base/errors.ts'
import { type Endpoint, formatEndpoint } from '../base/network.ts'
import { fraction, type Random } from '../base/random.ts'
import { type AskPorts, askByTcp, askByUdp, type Outcome, type Way } from './client-ask.ts'
import { classes, rcodes, wireLimits } from './wire/codes.ts'
import { emptyMessage, encodeMessage, type Message } from './wire/message.ts'
import { type Name, nameKey } from './wire/name.ts'
import { codecOfType } from './wire/records/table.ts'
import type { ResourceRecord } from './wire/resource-record.ts'
import { WireError } from './wire/wire-error.ts'

export interface ResolveOptions {
  /** Asked in turn; the next one after each failure. */
  readonly servers: readonly Endpoint[]
  /** For one try. */
  readonly timeoutMs: number
  /** After the first round through all servers, so many more. */
  readonly retries: number
  /** Local address to ask from; any by default. */
  readonly from?: string
}

export interface ResolverPorts extends AskPorts {
  readonly random: Random
}

/** `records` of the type asked for, after any CNAME; none when the name exists without that type, or does not exist. */
export interface Resolution {
  readonly exists: boolean
  readonly records: readonly ResourceRecord[]
}

type Resolve = (name: Name, type: string, options: ResolveOptions) => Promise<Resolution>

/**
 * A stub resolver that keeps nothing. It takes only an answer that comes from the server asked, with the random id and the very
 * same question, in which the case of the letters is random too (0x20): a forger has to guess both.
 */
export function resolver(ports: ResolverPorts): Resolve {
  return async (name, type, options) => {
    const code = typeCode(name, type)
    // Who says the same in each round is told once.
    const failures = new Set<string>()
    for (let round = 0; round <= options.retries; round++) {
      for (const server of options.servers) {
        const outcome = await ask(ports, server, { ...options, name, code })
        if (typeof outcome === 'object') return resolution(outcome, code)
        failures.add(`${formatEndpoint(server)}: ${outcome}`)
      }
    }
    throw new EverportError('connection_failure', `no name server answered for ${name} ${type}`, {
      detail: [...failures].join('\n'),
      hint: [...failures].every(failure => failure.endsWith(refusedWords))
        ? 'name a host in a zone of these servers, or an IP address; everport status shows the names'
        : 'look at the name server with: everport status',
    })
  }
}

function typeCode(name: Name, type: string): number {
  try {
    nameKey(name)
    return codecOfType(type).code
  } catch (error) {
    if (error instanceof WireError) throw new EverportError('invalid_input', error.message)
    throw error
  }
}

interface Ask extends Way {
  readonly name: Name
  readonly code: number
}

async function ask(ports: ResolverPorts, server: Endpoint, asked: Ask): Promise<Outcome> {
  const query = encodeMessage({
    ...emptyMessage,
    id: ports.random.uint32() >>> 16,
    questions: [{ name: randomCase(asked.name, ports.random), type: asked.code, class: classes.internet }],
    edns: {
      payloadBytesMax: wireLimits.ednsUdpBytesMax,
      version: 0,
      dnssecOk: false,
      extendedRcode: 0,
    },
  })
  const deadline = ports.clock.now() + asked.timeoutMs
  const byUdp = await askByUdp(ports, server, query, asked)
  if (typeof byUdp === 'string' || !byUdp.truncated) return verdict(byUdp)
  const timeoutMs = Math.max(1, deadline - ports.clock.now())
  return verdict(await askByTcp(ports, server, query, { ...asked, timeoutMs }))
}

const refusedWords = `answered with code ${rcodes.refused}: it refuses, as servers do for names outside of their zones`

/** What counts as an answer; anything else sends us to the next server. */
function verdict(outcome: Outcome): Outcome {
  if (typeof outcome === 'string') return outcome
  const { rcode } = outcome
  if (rcode === rcodes.noError || rcode === rcodes.nameError) return outcome
  return rcode === rcodes.refused ? refusedWords : `answered with code ${rcode}`
}

function resolution(message: Message, code: number): Resolution {
  return {
    exists: message.rcode === rcodes.noError,
    records: message.answers.filter(record => codecOfType(record.data.type).code === code),
  }
}

function randomCase(name: Name, random: Random): Name {
  const absolute = name.endsWith('.') ? name : `${name}.`
  return absolute.replaceAll(/[a-z]/gi, letter =>
    fraction(random) < 0.5 ? letter.toLowerCase() : letter.toUpperCase(),
  )
}
