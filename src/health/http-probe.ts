import type { Cancel, Clock } from '../base/clock.ts'
import type { Connection, Network } from '../base/network.ts'
import type { ProbeFailure, ProbeKind, ProbeResult, ProbeSpec } from './probe.ts'
import { matchesStatus } from './status-matcher.ts'
import { connectFailure, formatLatency } from './tcp-probe.ts'

/** RFC 9112 section 4 sets no limit; no honest status line is near this. */
const statusLineBytesMax = 1024
/** What is read of the rest of an answer, so that the server can end in good order, before we close on it. */
const restBytesMax = 65_536

type HttpSpec = ProbeSpec & Extract<ProbeKind, { protocol: 'http' }>

/** GET of a path; the status line decides. The target closes: we asked for that, and closing first would reset what it still sends. */
export function httpProbe(
  network: Network,
  clock: Clock,
  spec: HttpSpec,
  done: (result: ProbeResult) => void,
): Cancel {
  const startedAt = clock.now()
  const abort = new AbortController()
  let connection: Connection | undefined
  let isOver = false
  const finish = (result: ProbeResult): void => {
    if (isOver) return
    isOver = true
    done(result)
  }
  const fail = (reason: ProbeFailure, evidence: string): void =>
    finish({ passed: false, reason, latencyMs: clock.now() - startedAt, evidence })
  const stop = (): void => {
    cancelTimer()
    abort.abort()
    connection?.destroy()
  }
  const cancelTimer = clock.after(spec.timeoutMs, () => {
    fail('timeout', `no answer within ${spec.timeoutMs} ms`)
    stop()
  })

  const judge = (line: string | undefined): void => {
    const status = statusOf(line ?? '')
    const latencyMs = clock.now() - startedAt
    const evidence = `HTTP ${status} in ${formatLatency(latencyMs)}`
    if (line === undefined) fail('protocol', `no HTTP status line within ${statusLineBytesMax} bytes`)
    else if (status === undefined) fail('protocol', `not an HTTP/1 answer: ${quoted(line)}`)
    else if (matchesStatus(spec.matcher, status)) finish({ passed: true, latencyMs, evidence })
    else fail('status', evidence)
  }
  const run = async (): Promise<void> => {
    try {
      connection = await network.connect(spec.to, { timeoutMs: spec.timeoutMs, signal: abort.signal })
    } catch (error) {
      cancelTimer()
      return finish(connectFailure(error, spec, clock.now() - startedAt))
    }
    connection.on('error', error => fail('reset', `connection lost before an answer: ${codeOf(error)}`))
    connection.on('close', () => {
      fail('protocol', 'connection closed before an answer')
      cancelTimer()
    })
    if (abort.signal.aborted) return void connection.destroy()
    readStatusLine(connection, judge)
    connection.write(Buffer.from(requestText(spec), 'latin1'))
  }
  void run()
  return () => {
    isOver = true
    stop()
  }
}

function requestText(spec: HttpSpec): string {
  return `GET ${spec.path} HTTP/1.1\r\nHost: ${spec.host}\r\nUser-Agent: Everport-HealthChecker/1.0\r\nAccept: */*\r\nConnection: close\r\n\r\n`
}

/** Tells the first line without its end, or undefined when there is none in time; then reads on, up to a bound, until the peer ends. */
function readStatusLine(connection: Connection, tell: (line: string | undefined) => void): void {
  let text = ''
  let isTold = false
  connection.on('data', data => {
    if (connection.bytesRead > restBytesMax) connection.destroy()
    if (isTold) return
    text += data.toString('latin1', 0, statusLineBytesMax + 2 - text.length)
    const end = text.indexOf('\n')
    if (end < 0 && text.length < statusLineBytesMax) return
    isTold = true
    tell(end < 0 ? undefined : text.slice(0, end).replace(/\r$/, ''))
    if (end < 0) connection.destroy()
  })
}

function statusOf(line: string): number | undefined {
  const found = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec(line)
  return found === null ? undefined : Number(found[1])
}

/** A hostile target must not write into our log. */
function quoted(line: string): string {
  return JSON.stringify(line.slice(0, 40))
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message
}
