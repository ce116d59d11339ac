import { unreachable } from '../base/assert.ts'
import type { ProcessExit, ProcessIdentity } from '../base/processes.ts'

/**
 * Keeps one role alive. Pure: the shell does what the action says and reports back.
 *
 * | state         | wanted up     | wanted down         | spawned        | spawn failed  | exited          | timer          |
 * |---------------|---------------|---------------------|----------------|---------------|-----------------|----------------|
 * | stopped       | starting spawn| -                   | -              | -             | -               | -              |
 * | starting      | -             | stopping once known | running        | backing-off ¹ | backing-off ¹   | -              |
 * | running       | -             | stopping signal     | -              | -             | backing-off ¹   | -              |
 * | stopping      | starts anew ² | harder signal       | signal         | stopped       | stopped ²       | SIGKILL        |
 * | backing-off   | -             | stopped             | -              | -             | -               | starting spawn |
 * | crash-looping | starting spawn| stopped             | -              | -             | -               | starting spawn |
 *
 * ¹ crash-looping when it died early `crashesMax` times in a row. ² when it is wanted up again while it stops, it is started
 * after it has gone.
 */
export type Supervision =
  | { readonly state: 'stopped' }
  | { readonly state: 'starting'; readonly crashes: number; readonly stopWith: 'drain' | 'kill' | undefined }
  | {
      readonly state: 'running'
      readonly crashes: number
      readonly identity: ProcessIdentity
      readonly sinceMs: number
    }
  | { readonly state: 'stopping'; readonly how: 'drain' | 'kill'; readonly thenStart: boolean }
  | { readonly state: 'backing-off' | 'crash-looping'; readonly crashes: number; readonly reason: string }

export type SupervisionEvent =
  | { readonly type: 'wanted'; readonly up: true }
  | { readonly type: 'wanted'; readonly up: false; readonly how: 'drain' | 'kill' }
  | { readonly type: 'spawned'; readonly identity: ProcessIdentity }
  | { readonly type: 'spawn-failed'; readonly reason: string }
  | { readonly type: 'exited'; readonly exit: ProcessExit }
  | { readonly type: 'timer' }

export type SupervisionAction =
  | { readonly do: 'spawn' }
  | { readonly do: 'signal'; readonly name: 'SIGTERM' | 'SIGKILL' }
  /** Replaces the timer that runs. */
  | { readonly do: 'wait'; readonly delayMs: number }

export interface SupervisionSettings {
  /** A role that lived this long was well; its next death counts as the first. */
  readonly stableAfterMs: number
  /** After the first death. Not nothing: those who take over its work need the processor first. */
  readonly backoffMinMs: number
  readonly backoffMaxMs: number
  /** Deaths in a row, each before `stableAfterMs`, after which the role is only tried every `crashLoopDelayMs`. */
  readonly crashesMax: number
  readonly crashLoopDelayMs: number
  /** From SIGTERM to SIGKILL. */
  readonly stopTimeoutMs: number
}

export const defaultSupervisionSettings: SupervisionSettings = {
  stableAfterMs: 5_000,
  backoffMinMs: 250,
  backoffMaxMs: 5_000,
  crashesMax: 8,
  crashLoopDelayMs: 30_000,
  stopTimeoutMs: 15_000,
}

type Step = readonly [Supervision, readonly SupervisionAction[]]

export function nextSupervision(
  now: Supervision,
  event: SupervisionEvent,
  nowMs: number,
  settings: SupervisionSettings,
): Step {
  switch (event.type) {
    case 'wanted':
      return event.up ? wantedUp(now) : wantedDown(now, event.how, settings)
    case 'spawned':
      return spawned(now, event.identity, nowMs, settings)
    case 'spawn-failed':
      if (now.state !== 'starting') return [now, []]
      return now.stopWith === undefined
        ? died(now.crashes + 1, event.reason, settings)
        : [{ state: 'stopped' }, []]
    case 'exited':
      return exited(now, event.exit, nowMs, settings)
    case 'timer':
      return timer(now)
    default:
      return unreachable(event)
  }
}

function wantedUp(now: Supervision): Step {
  switch (now.state) {
    case 'stopped':
      return start(0)
    case 'crash-looping':
      return start(0)
    case 'starting':
      return [{ ...now, stopWith: undefined }, []]
    case 'stopping':
      return [{ ...now, thenStart: true }, []]
    case 'running':
    case 'backing-off':
      return [now, []]
    default:
      return unreachable(now)
  }
}

function wantedDown(now: Supervision, how: 'drain' | 'kill', settings: SupervisionSettings): Step {
  switch (now.state) {
    case 'stopped':
      return [now, []]
    case 'starting':
      return [{ ...now, stopWith: how }, []]
    case 'running':
      return stop(how, settings)
    case 'stopping':
      if (how === 'kill' && now.how === 'drain') return stop('kill', settings)
      return [{ ...now, thenStart: false }, []]
    case 'backing-off':
    case 'crash-looping':
      return [{ state: 'stopped' }, []]
    default:
      return unreachable(now)
  }
}

function spawned(
  now: Supervision,
  identity: ProcessIdentity,
  nowMs: number,
  settings: SupervisionSettings,
): Step {
  if (now.state !== 'starting') return [now, []]
  if (now.stopWith !== undefined) return stop(now.stopWith, settings)
  return [{ state: 'running', crashes: now.crashes, identity, sinceMs: nowMs }, []]
}

function exited(now: Supervision, exit: ProcessExit, nowMs: number, settings: SupervisionSettings): Step {
  if (now.state === 'stopping') return now.thenStart ? start(0) : [{ state: 'stopped' }, []]
  if (now.state !== 'running') return [now, []]
  const wasStable = nowMs - now.sinceMs >= settings.stableAfterMs
  return died(wasStable ? 1 : now.crashes + 1, describeExit(exit), settings)
}

function timer(now: Supervision): Step {
  if (now.state === 'stopping') return [{ ...now, how: 'kill' }, [{ do: 'signal', name: 'SIGKILL' }]]
  if (now.state === 'backing-off' || now.state === 'crash-looping') return start(now.crashes)
  return [now, []]
}

function start(crashes: number): Step {
  return [{ state: 'starting', crashes, stopWith: undefined }, [{ do: 'spawn' }]]
}

function stop(how: 'drain' | 'kill', settings: SupervisionSettings): Step {
  const signal: SupervisionAction = { do: 'signal', name: how === 'kill' ? 'SIGKILL' : 'SIGTERM' }
  return [
    { state: 'stopping', how, thenStart: false },
    [signal, { do: 'wait', delayMs: settings.stopTimeoutMs }],
  ]
}

function died(crashes: number, reason: string, settings: SupervisionSettings): Step {
  if (crashes >= settings.crashesMax) {
    return [{ state: 'crash-looping', crashes, reason }, [{ do: 'wait', delayMs: settings.crashLoopDelayMs }]]
  }
  const delayMs = Math.min(settings.backoffMinMs * 2 ** (crashes - 1), settings.backoffMaxMs)
  return [{ state: 'backing-off', crashes, reason }, [{ do: 'wait', delayMs }]]
}

export function describeExit(exit: ProcessExit): string {
  if (exit.signal !== undefined) return `ended by ${exit.signal}`
  return exit.code === undefined ? 'ended' : `ended with exit code ${exit.code}`
}
