import { Server } from 'node:net'
import type { ParentProcess, SentListener } from '../base/worker-processes.ts'
import { listenBeside, systemNetwork } from './network.ts'
import { loopBusyShare } from './worker-processes.ts'

/**
 * The process that started this one, which ends with it. Signals that a terminal or a supervisor sends to all processes of a service are the
 * parent's to act on: it says what is to be done.
 */
export function parentProcess(): ParentProcess {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.on('disconnect', () => process.exit(0))
  if (!process.connected) process.exit(0)
  return {
    network: systemNetwork,
    send: message => void process.send?.(message, undefined, {}, () => undefined),
    onMessage: hear =>
      void process.on('message', (message, sent) =>
        hear(message, sent instanceof Server ? sentListener(sent) : undefined),
      ),
    busyShare: loopBusyShare(),
  }
}

function sentListener(sent: Server): SentListener {
  return {
    open: (options, accept) => listenBeside(sent, options, accept),
    close: () => void sent.close(),
  }
}
