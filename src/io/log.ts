import { destination, type Logger, pino, stdTimeFunctions } from 'pino'
import type { Log } from '../base/log.ts'

/** Lines that a full disk did not take wait for it up to here; those that come later are lost. */
const waitingBytesMax = 1024 * 1024

/** JSON lines on standard output: level, time, role, event and fields. Written at once, so that a crash loses none. */
export function jsonLog(role: string): Log {
  return logTo(role, { fd: 1 })
}

/** The same, appended to a file. */
export function fileLog(role: string, path: string): Log {
  return logTo(role, { dest: path, mkdir: true })
}

function logTo(role: string, to: { fd: number } | { dest: string; mkdir: boolean }): Log {
  const stream = destination({ ...to, sync: true, maxLength: waitingBytesMax })
  // A full disk, or whoever read our output is gone: the process goes on with what it is for. The next line tries again.
  stream.on('error', () => undefined)
  const logger = pino(
    {
      base: { role, pid: process.pid },
      messageKey: 'event',
      timestamp: stdTimeFunctions.isoTime,
      level: process.env['EVERPORT_LOG_LEVEL'] ?? 'info',
      formatters: { level: label => ({ level: label }) },
    },
    stream,
  )
  return fromPino(logger)
}

function fromPino(logger: Logger): Log {
  return {
    debug: (event, fields) => logger.debug(fields ?? {}, event),
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    error: (event, fields) => logger.error(fields ?? {}, event),
    child: fields => fromPino(logger.child(fields)),
  }
}
