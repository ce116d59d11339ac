import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import type { Endpoint } from '../../src/base/network.ts'

/** What .ci/clients installs below the clone: programs that others wrote and that no Debian package has. */
const folder = resolve('.clients')

/** Python with ADBC's Flight SQL driver and pyarrow; undefined, and the test skipped, where it is not installed. */
export function flightPython(t: Pick<TestContext, 'skip'>): string | undefined {
  return installed(t, join(folder, 'flight-python', 'bin', 'python'), 'adbc-driver-flightsql and pyarrow')
}

/** The jar of Arrow's JDBC driver. */
export function flightJdbcJar(t: Pick<TestContext, 'skip'>): string | undefined {
  return installed(t, join(folder, 'flight-sql-jdbc-driver.jar'), 'Arrow’s Flight SQL JDBC driver')
}

/** The lines that Arrow's JDBC driver gives for the numbers of `numbersCatalog`; in TLS when there is an authority to trust. */
export async function askByJdbc(
  jar: string,
  at: Endpoint,
  login: readonly string[],
  authorityFile?: string,
): Promise<string[]> {
  const url = `jdbc:arrow-flight-sql://${at.address}:${at.port}`
  const options = [
    '--add-opens=java.base/java.nio=ALL-UNNAMED',
    '-cp',
    jar,
    'test/compat/flight/jdbc-client.java',
  ]
  const args = [...options, url, ...login, ...(authorityFile === undefined ? [] : [authorityFile])]
  const { stdout } = await promisify(execFile)('java', args, { timeout: 180_000 })
  return stdout.trim().split('\n')
}

export interface AwsProgram {
  readonly program: string
  /** What it knows of the services. */
  readonly botocoreData: string
}

/** The AWS command line, as PyPI has it. */
export function newestAws(t: Pick<TestContext, 'skip'>): AwsProgram | undefined {
  const program = installed(t, join(folder, 'aws-cli', 'bin', 'aws'), 'awscli of PyPI')
  if (program === undefined) return undefined
  const libraries = join(folder, 'aws-cli', 'lib')
  const [python = ''] = readdirSync(libraries)
  return { program, botocoreData: join(libraries, python, 'site-packages/awscli/botocore/data') }
}

export interface ExportCheckers {
  readonly cfnLint: string
  /** Python with an HCL parser. */
  readonly python: string
  /** The wheel with the schema of Terraform's provider `hashicorp/aws`. */
  readonly providerWheel: string
}

/** What looks at exports of a topology. */
export function exportCheckers(t: Pick<TestContext, 'skip'>): ExportCheckers | undefined {
  const home = join(folder, 'exports')
  const what = 'cfn-lint, python-hcl2 and cdktf-cdktf-provider-aws'
  if (installed(t, join(home, '.installed'), what) === undefined) return undefined
  const wheel = readdirSync(home).find(name => name.endsWith('.whl'))
  if (wheel === undefined) throw new Error(`${home} has no wheel: remove it and run .ci/clients`)
  const bin = join(home, 'bin')
  return {
    cfnLint: join(bin, 'cfn-lint'),
    python: join(bin, 'python'),
    providerWheel: join(home, wheel),
  }
}

function installed(t: Pick<TestContext, 'skip'>, path: string, what: string): string | undefined {
  if (existsSync(path)) return path
  const reason = `needs ${what} (.ci/clients installs it)`
  if (process.env['EVERPORT_REQUIRE_TOOLS'] === '1') throw new Error(reason)
  t.skip(reason)
  return undefined
}
