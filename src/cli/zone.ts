import { EverportError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'

interface Subcommand {
  readonly usage: string
  readonly summary: string
  readonly run: (args: string[]) => Promise<number>
}

const subcommands: Readonly<Record<string, Subcommand>> = {
  import: {
    usage: 'import FILE --zone NAME',
    summary: 'bring a zone to what a zone file says',
    run: async args => (await import('./zone/import.ts')).importCommand(args),
  },
  export: {
    usage: 'export NAME',
    summary: 'write a zone as a zone file',
    run: async args => (await import('./zone/export.ts')).exportCommand(args),
  },
}

/** `everport zone import|export …` */
export async function zoneCommand([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h') {
    process.stdout.write(help())
    return name === undefined ? 2 : 0
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  if (subcommand !== undefined) return subcommand.run(args)
  const suggestion = nearest(name, Object.keys(subcommands))
  throw new EverportError('invalid_input', `unknown command: zone ${name}`, {
    hint: suggestion === undefined ? 'everport zone --help' : `everport zone ${suggestion}`,
  })
}

function help(): string {
  const lines = Object.values(subcommands).map(({ usage, summary }) => `  ${usage.padEnd(28)}${summary}`)
  return ['everport zone COMMAND …   (everport zone COMMAND --help says more)', '', ...lines, ''].join('\n')
}
