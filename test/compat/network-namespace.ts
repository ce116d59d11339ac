import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { requireTool } from '../required-tool.ts'

const run = promisify(execFile)

/** A network of its own for a test: every address is free there, and so is every port. */
export interface NetworkNamespace {
  readonly name: string
  /** The command that runs `command` inside. */
  inside(...command: string[]): string[]
  /** Runs to its end. Rejects when it fails. */
  run(...command: string[]): Promise<string>
}

let namespaceCount = 0
const commandOutputBytesMax = 16 * 1024 * 1024

/**
 * With these addresses, and `nameServer` as what the C library asks there; removed with the test. Undefined, and the test skipped with
 * the reason, where this machine or user may make none.
 */
export async function makeNamespace(
  t: Pick<TestContext, 'after' | 'skip'>,
  addresses: readonly string[],
  nameServer: string,
): Promise<NetworkNamespace | undefined> {
  const made = await addNamespace(t)
  if (made === undefined) return undefined
  const { name } = made
  const settings = `/etc/netns/${name}`
  t.after(() => rmSync(settings, { recursive: true, force: true }))
  for (const address of addresses)
    await run('ip', ['-n', name, 'address', 'add', `${address}/32`, 'dev', 'lo'])
  mkdirSync(settings, { recursive: true })
  writeFileSync(`${settings}/resolv.conf`, `nameserver ${nameServer}\n`)
  return made
}

/** An empty one, of which only the loopback interface is up; `label` tells those of one test apart. */
export async function addNamespace(
  t: Pick<TestContext, 'after' | 'skip'>,
  label = '',
): Promise<NetworkNamespace | undefined> {
  if (!requireTool(t, 'ip')) return undefined
  if (process.getuid?.() !== 0) {
    t.skip('needs root, to make a network namespace')
    return undefined
  }
  namespaceCount++
  const name = `everport-test-${process.pid}-${namespaceCount}${label}`
  try {
    await run('ip', ['netns', 'add', name])
  } catch (error) {
    t.skip(`this machine makes no network namespaces: ${String(error)}`)
    return undefined
  }
  t.after(async () => {
    await run('ip', ['netns', 'delete', name])
  })
  await run('ip', ['-n', name, 'link', 'set', 'lo', 'up'])
  const inside = (...command: string[]): string[] => ['ip', 'netns', 'exec', name, ...command]
  return {
    name,
    inside,
    async run(...command) {
      const [program = '', ...args] = inside(...command)
      return (await run(program, args, { maxBuffer: commandOutputBytesMax })).stdout
    },
  }
}
