import type { Cancel, Clock } from '../base/clock.ts'
import { ConnectError, type Connection, type Network } from '../base/network.ts'
import { localProxyHeader } from '../base/proxy-header.ts'
import { type HttpAsk, type Judgement, type ResponseJudge, responseJudge } from './judge-response.ts'
import type { ProbePhases, ProbeResult, ProbeSpec } from './probe.ts'
import { connectFailure, formatLatency } from './tcp-probe.ts'

/** What is read of the rest of an answer, so that the server can end in good order, before we close on it. */
const restBytesMax = 65_536
/** How long a server may take to end after its answer was judged. */
const restMs = 2_000

export type HttpSpec = ProbeSpec & HttpAsk

/**
 * GET of a path, plain or over TLS. The target closes: we asked for that, and closing first would reset what it still sends. Redirects
 * are answers like any other and not followed.
 */
export function httpProbe(
  network: Network,
  clock: Clock,
  spec: HttpSpec,
  done: (result: ProbeResult) => void,
): Cancel {
  const abort = new AbortController()
  const probe: HttpProbe = { network, clock, spec, startedAt: clock.now(), signal: abort.signal }
  const run = async (): Promise<void> => {
    const result = await attempt(probe)
    if (!abort.signal.aborted) done(result)
  }
  void run()
  return () => abort.abort()
}

interface HttpProbe {
  readonly network: Network
  readonly clock: Clock
  readonly spec: HttpSpec
  readonly startedAt: number
  readonly signal: AbortSignal
}

/** Never 0, which some timers take for none. */
function leftMs({ clock, spec, startedAt }: HttpProbe, phase: keyof ProbePhases, since: number): number {
  const endsAt = spec.phases === undefined ? startedAt + spec.timeoutMs : since + spec.phases[phase]
  return Math.max(1, endsAt - clock.now())
}

async function attempt(probe: HttpProbe): Promise<ProbeResult> {
  const { clock, spec, startedAt } = probe
  try {
    const { connection, connectedAt } = await open(probe, spec.tls?.serverName)
    const judgement = await ask(probe, connection, connectedAt)
    return resultOf(judgement, spec, clock.now() - startedAt)
  } catch (error) {
    return connectFailure(error, spec, clock.now() - startedAt)
  }
}

interface Opened {
  readonly connection: Connection
  readonly connectedAt: number
}

async function open(probe: HttpProbe, serverName: string | undefined): Promise<Opened> {
  const { network, clock, spec, signal } = probe
  const timeoutMs = leftMs(probe, 'connectMs', clock.now())
  const connection = await network.connect(spec.to, { timeoutMs, signal })
  const connectedAt = clock.now()
  if (spec.proxyHeader === true) connection.write(localProxyHeader)
  if (spec.tls === undefined) return { connection, connectedAt }
  const session = await network.startTls(connection, {
    timeoutMs: leftMs(probe, 'answerMs', connectedAt),
    serverName,
    signal,
  })
  if (serverName === undefined || session.isNamed) return { connection: session.connection, connectedAt }
  // Route 53: a certificate for another name makes the health checker try once more without server name indication.
  session.connection.on('error', () => undefined)
  session.connection.destroy()
  return open(probe, undefined)
}

function ask(probe: HttpProbe, connection: Connection, connectedAt: number): Promise<Judgement> {
  const { clock, spec, signal } = probe
  const judge = responseJudge(spec)
  return new Promise((resolve, reject) => {
    let isJudged = false
    const settle = (judgement: Judgement | undefined): void => {
      if (judgement === undefined || isJudged) return
      isJudged = true
      cancelTimer()
      cancelTimer = clock.after(restMs, () => connection.destroy())
      resolve(judgement)
    }
    const stop = (): void => {
      cancelTimer()
      connection.destroy()
      if (!isJudged) reject(new ConnectError('cancelled', spec.to))
    }
    const timeout = (): void => {
      settle(judge.end('timeout'))
      connection.destroy()
    }
    let cancelTimer = clock.after(leftMs(probe, 'answerMs', connectedAt), timeout)
    readInto(judge, connection, settle, () => {
      cancelTimer()
      cancelTimer = clock.after(leftMs(probe, 'bodyMs', clock.now()), timeout)
    })
    connection.on('close', () => {
      settle(judge.end('closed'))
      cancelTimer()
      signal.removeEventListener('abort', stop)
    })
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    connection.write(Buffer.from(requestText(spec), 'latin1'))
  })
}

/** Reads on after the judgement, up to a bound, until the peer ends. */
function readInto(
  judge: ResponseJudge,
  connection: Connection,
  settle: (judgement: Judgement | undefined) => void,
  bodyBegins: () => void,
): void {
  let isJudged = false
  let isInBody = false
  connection.on('error', error => {
    settle({ passed: false, reason: 'reset', says: `connection lost before an answer: ${codeOf(error)}` })
  })
  connection.on('data', data => {
    if (!isJudged) {
      const judgement = judge.push(data)
      isJudged = judgement !== undefined
      settle(judgement)
      if (judgement?.passed === false && judgement.reason === 'protocol') connection.destroy()
      else if (!isJudged && !isInBody && judge.waitsForBody()) {
        isInBody = true
        bodyBegins()
      }
    }
    if (connection.bytesRead > restBytesMax) connection.destroy()
  })
}

function resultOf(judgement: Judgement, spec: HttpSpec, latencyMs: number): ProbeResult {
  const { says, ...outcome } = judgement
  return { ...outcome, latencyMs, evidence: evidenceOf(judgement, says, spec, formatLatency(latencyMs)) }
}

function evidenceOf(judgement: Judgement, says: string, spec: HttpSpec, latency: string): string {
  if (!judgement.passed && judgement.reason === 'timeout') {
    const { timeoutMs, phases } = spec
    if (judgement.stage === 'body')
      return `the text searched for did not come within ${phases?.bodyMs ?? timeoutMs} ms`
    return `no answer within ${phases?.answerMs ?? timeoutMs} ms`
  }
  if (judgement.http === undefined) return says
  const answer = `HTTP ${judgement.http.status} in ${latency}`
  return says === '' ? answer : `${answer}, ${says}`
}

function requestText(spec: HttpSpec): string {
  return `GET ${spec.path} HTTP/1.1\r\nHost: ${spec.host}\r\nUser-Agent: Everport-HealthChecker/1.0\r\nAccept: */*\r\nConnection: close\r\n\r\n`
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message
}
