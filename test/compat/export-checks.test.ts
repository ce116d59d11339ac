import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { exportCheckers } from './client-programs.ts'
import { exportedTopologies } from './provision/exported-topologies.ts'

interface Checked {
  readonly status: number | null
  readonly printed: string
}

function run(program: string, args: readonly string[], input = ''): Promise<Checked> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe' })
    let printed = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text
      })
    child.on('error', reject)
    child.on('close', status => resolve({ status, printed }))
    child.stdin.end(input)
  })
}

/** By the command itself, from a folder that has the examples' catalog. */
function exporter(t: TestContext): (text: string, format: string) => Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-export-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  cpSync('examples/catalog', join(folder, 'catalog'), { recursive: true })
  return async (text, format) => {
    const file = join(folder, 'topology.yaml')
    writeFileSync(file, text)
    const args = ['dist/main.js', 'export', file, '--format', format]
    return (await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 24 })).stdout
  }
}

// I1022 prefers Fn::Sub, which would take what a shell script of user data writes as ${…} for its own.
const lintArgs = ['--include-checks', 'I', '--ignore-checks', 'I1022', '--format', 'parseable', '--']

test('cfn-lint finds nothing in the CloudFormation template of any topology', {
  timeout: 600_000,
}, async t => {
  const checkers = exportCheckers(t)
  if (checkers === undefined) return
  const exported = exporter(t)
  const folder = mkdtempSync(join(tmpdir(), 'everport-cfn-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const lint = (template: string): Promise<Checked> => {
    const file = join(folder, 'template.yaml')
    writeFileSync(file, template)
    return run(checkers.cfnLint, [...lintArgs, file])
  }
  let example = ''
  for (const [name, text] of exportedTopologies()) {
    await t.test(name, async () => {
      const template = await exported(text, 'cloudformation')
      assert.match(template, /Type: AWS::EC2::SecurityGroup/)
      if (template.includes('HealthCheckProtocol: HTTP')) example = template
      assert.deepEqual(await lint(template), { status: 0, printed: '' })
    })
  }
  await t.test('and it does find what is wrong', async () => {
    const wrong = example
      .replace('HealthCheckProtocol: HTTP', 'HealthCheckProtocol: SQL')
      .replace('Ref: NodeImage', 'Ref: Nobody')
      .replace('TargetType:', 'KindOfTarget:')
    const { status, printed } = await lint(wrong)
    assert.notEqual(status, 0)
    for (const found of [/'SQL' is not one of/, /Nobody/, /KindOfTarget/]) assert.match(printed, found)
  })
})

test('Terraform’s configuration of every topology fits the schema of its provider', {
  timeout: 600_000,
}, async t => {
  const checkers = exportCheckers(t)
  if (checkers === undefined) return
  const exported = exporter(t)
  const check = (configuration: string): Promise<Checked> =>
    run(checkers.python, ['test/compat/provision/check-terraform.py', checkers.providerWheel], configuration)
  let example = ''
  for (const [name, text] of exportedTopologies()) {
    await t.test(name, async () => {
      const configuration = await exported(text, 'terraform')
      if (name === 'active-passive.yaml') example = configuration
      const { status, printed } = await check(configuration)
      assert.match(
        printed,
        /^checked \d+ resources \d+ arguments \d+ references against hashicorp\/aws [\d.]+\n$/,
      )
      assert.equal(status, 0)
    })
  }
  await t.test('and what does not fit is found', async () => {
    const wrong = example
      .replace('  internal  ', '  internl  ')
      .replace('health_check {', 'health_chek {')
      .replace(/^ {2}target_id .*\n/m, '')
      .replace('aws_lb.active.dns_name', 'aws_lb.active.dnsname')
      .replace('resource "aws_lb_listener"', 'resource "aws_lb_listner"')
    const { printed } = await check(wrong)
    assert.deepEqual(
      printed
        .split('\n')
        .slice(0, -2)
        .map(line => line.replace(/^.*: /, ''))
        .sort(),
      [
        'aws_lb.active has no attribute dnsname',
        'target_id is required',
        'there is no argument health_chek',
        'there is no argument internl',
        'there is no resource aws_lb_listner',
      ],
    )
    const { status } = await check(
      example.replace('resource "aws_lb" "active" {', 'resource "aws_lb" "active"'),
    )
    assert.notEqual(status, 0)
  })
})
