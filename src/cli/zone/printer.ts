/** Where a command's words go. */
export interface Printer {
  out(text: string): void
  err(text: string): void
}

export const terminal: Printer = {
  out: text => void process.stdout.write(text),
  err: text => void process.stderr.write(text),
}
