import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { requireTool } from '../required-tool.ts'
import { eventually } from '../system/everport.ts'
import { startChild } from './child-server.ts'
import { type AwsProgram, newestAws } from './client-programs.ts'
import { type GuideBlock, guideBlocks } from './guide-blocks.ts'
import { guideShell } from './guide-shell.ts'
import { makeNamespace, type NetworkNamespace } from './network-namespace.ts'
import { quickWaiters } from './quick-waiters.ts'

const guide = 'docs/aws-guide.md'
/** Of Debian's package awscli. */
const debianAws: AwsProgram = {
  program: '/usr/bin/aws',
  botocoreData: '/usr/lib/python3/dist-packages/awscli/botocore/data',
}
const startDeadlineMs = 120_000
const blockTimeoutMs = 600_000

/** What blocks must print beyond succeeding: by a command in them that no other block has. */
const printed: readonly (readonly [command: string, says: RegExp])[] = [
  [`query "$(address "$node2")" 'select 1'`, /^1\n1\n$/],
  ['aws elbv2 describe-target-health', /^healthy\s+healthy\n$/m],
  [`resolve "$lb_name"\nfor`, /^(?:127\.0\.\d+\.\d+ ){2}/],
  ['query_tls "$lb_name"', /^(?:3000000\n)+$/],
  ['aws route53 list-resource-record-sets', /PRIMARY\s+active[^]*SECONDARY\s+passive/],
  ['test-dns-answer', /127\.0\.\d+\.\d+\s+127\.0\.\d+\.\d+\n3000000\n3000000\n$/],
  ['within 60 data.example.test "$passive_name"', /\n3000000\n$/],
  ['get-health-check-last-failure-reason', /3000000\nFailure: /],
]

const timeout = 1_800_000

test("every command of the guide, with Debian's AWS command line, on a fresh Everport", {
  timeout,
}, async t => {
  if (!requireTool(t, 'aws')) return
  await runGuide(t, existsSync(debianAws.program) ? debianAws : undefined)
})

test('every command of the guide, with the newest AWS command line', { timeout }, async t => {
  const aws = newestAws(t)
  if (aws !== undefined) await runGuide(t, aws)
})

/** `aws`: where it is not the first of the path. */
async function runGuide(t: TestContext, aws: AwsProgram | undefined): Promise<void> {
  for (const tool of ['dig', 'psql']) if (!requireTool(t, tool)) return
  const namespace = await makeNamespace(t, [], '127.0.0.1')
  if (namespace === undefined) return
  const folder = mkdtempSync(join(tmpdir(), 'everport-guide-'))
  // Hooks run in this order: the folder goes when nobody works in it any more.
  const started = startEmpty(t, namespace, folder)
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  await started

  const blocks = guideBlocks(readFileSync(guide, 'utf8'))
  assert.ok(blocks.length > 20, `${blocks.length} blocks`)
  const shell = guideShell(namespace.inside('bash'), folder, environment(folder, aws), blockTimeoutMs)
  t.after(() => shell.close())
  const checked = new Set<string>()
  for (const block of blocks) {
    await t.test(nameOf(block), async () => {
      const text = await shell.run(block)
      for (const [command, says] of printed) {
        if (!block.commands.includes(command)) continue
        checked.add(command)
        assert.match(text, says)
      }
    })
  }
  assert.deepEqual(
    [...checked],
    printed.map(([command]) => command),
    'what blocks print was looked at',
  )
}

function nameOf({ under, line }: GuideBlock): string {
  return `${guide}:${line} ${under.slice(1).join(', ') || under[0]}`
}

/** This program first, whatever else is installed. */
function environment(folder: string, aws: AwsProgram | undefined): Record<string, string> {
  const bin = mkdtempSync(join(folder, 'bin-'))
  if (aws !== undefined) symlinkSync(aws.program, join(bin, 'aws'))
  return {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    ...(aws !== undefined ? { AWS_DATA_PATH: quickWaiters(aws.botocoreData, join(folder, 'waiters')) } : {}),
  }
}

/** `npx everport up examples/empty.yaml`, with its state where the guide has it. */
async function startEmpty(t: TestContext, namespace: NetworkNamespace, folder: string): Promise<void> {
  const program = `cd ${folder} && exec ${process.execPath} ${resolve('dist/main.js')} up ${resolve('examples/empty.yaml')}`
  const child = startChild(t, namespace.inside('bash', '-c', program))
  await eventually(
    'Everport to be up',
    startDeadlineMs,
    async () => child.output(),
    output => output.includes('All healthy'),
  )
}
