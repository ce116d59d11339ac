import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { EverportError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { topologyFacts } from '../io/topology-file.ts'
import { awsCliScript } from '../provision/export/aws-cli.ts'
import { cloudFormationTemplate } from '../provision/export/cloudformation.ts'
import type { ExportFacts } from '../provision/export/export-facts.ts'
import { terraformConfiguration } from '../provision/export/terraform.ts'
import { type Wanted, wantedOf } from '../provision/wanted.ts'
import { onlyFile } from './apply.ts'
import { planTopology } from './topology-plan.ts'

const exportHelp = `everport export FILE --format cloudformation|terraform|aws-cli

Prints what \`everport apply\` would make in an empty account, as a CloudFormation template, as Terraform's configuration, or as commands of
the aws CLI. Calls nothing.
`

const formats: Readonly<Record<string, (wanted: Wanted, facts: ExportFacts) => string>> = {
  cloudformation: (wanted, facts) =>
    stringify(cloudFormationTemplate(wanted, facts), { lineWidth: 0, aliasDuplicateObjects: false }),
  terraform: terraformConfiguration,
  'aws-cli': awsCliScript,
}

/** `everport export FILE --format …` */
export async function exportCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { format: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help === true) {
    process.stdout.write(exportHelp)
    return 0
  }
  const print = Object.hasOwn(formats, values.format ?? '') ? formats[values.format ?? ''] : undefined
  if (print === undefined) {
    const names = Object.keys(formats)
    throw new EverportError(
      'invalid_input',
      `--format ${values.format ?? 'is missing'}; there are ${names.join(', ')}`,
      {
        hint: `--format ${nearest(values.format ?? '', names) ?? names[0]}`,
      },
    )
  }
  const { topology, file } = planTopology(onlyFile(positionals, 'export'))
  process.stdout.write(
    print(wantedOf(topology), { catalogFile: topologyFacts(topology, file, undefined).catalogFile }),
  )
  return 0
}
