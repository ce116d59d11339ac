/** What the system refused: of a file, a folder, a full disk. Its fault and not the program's, so it is told without a stack. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'errno' in error && 'code' in error
}

/** `permission denied: /srv/everport/store`, of `EACCES: permission denied, open '/srv/everport/store'`. */
export function systemErrorText({ code, message, path }: NodeJS.ErrnoException): string {
  const words = /^E[A-Z0-9]+: (.+?)(?:, \w+(?: '.*)?)?$/s.exec(message)?.[1] ?? message.replace(/^\w+ /, '')
  const reason = words === '' ? (code ?? 'unknown error') : words
  return path === undefined ? reason : `${reason}: ${path}`
}
