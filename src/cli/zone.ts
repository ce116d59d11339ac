import { EverportError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { WireError } from '../dns/wire/wire-error.ts'
import { type Printer, terminal } from './zone/printer.ts'

interface Subcommand {
  readonly usage: string
  readonly summary: string
  readonly run: (args: string[], print: Printer) => Promise<number>
}

const subcommands: Readonly<Record<string, Subcommand>> = {
  import: {
    usage: 'import FILE --zone NAME',
    summary: 'bring a zone to what a zone file says',
    run: async (args, print) => (await import('./zone/import.ts')).importCommand(args, print),
  },
  export: {
    usage: 'export NAME',
    summary: 'write a zone as a zone file',
    run: async (args, print) => (await import('./zone/export.ts')).exportCommand(args, print),
  },
  key: {
    usage: 'key NAME',
    summary: 'show a TSIG key, and make it when there is none',
    run: async (args, print) => (await import('./zone/key.ts')).keyCommand(args, print),
  },
  transfer: {
    usage: 'transfer NAME --key KEY',
    summary: 'say who may copy a zone, and who is told of its changes',
    run: async (args, print) => (await import('./zone/transfer.ts')).transferCommand(args, print),
  },
}

/** `everport zone import|export|key|transfer …` */
export async function zoneCommand([name, ...args]: string[], print = terminal): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h') {
    print.out(help())
    return name === undefined ? 2 : 0
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  if (subcommand !== undefined) return withValidZone(() => subcommand.run(args, print))
  const suggestion = nearest(name, Object.keys(subcommands))
  throw new EverportError('invalid_input', `unknown command: zone ${name}`, {
    hint: suggestion === undefined ? 'everport zone --help' : `everport zone ${suggestion}`,
  })
}

/** A record set that is stored and wrong is the zone's mistake, not the program's. */
async function withValidZone(run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    throw new EverportError('data_exception', 'a record set of the zone has a value that is not valid', {
      detail: error.message,
      cause: error,
    })
  }
}

function help(): string {
  const lines = Object.values(subcommands).map(({ usage, summary }) => `  ${usage.padEnd(28)}${summary}`)
  return ['everport zone COMMAND …   (everport zone COMMAND --help says more)', '', ...lines, ''].join('\n')
}
