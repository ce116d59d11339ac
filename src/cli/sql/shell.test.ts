import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import type { Listening } from '../../base/network.ts'
import { systemNetwork } from '../../io/network.ts'
import type { BackendMessage } from '../../sql/pgwire/messages/backend.ts'
import { listenScripted, type Script, type ScriptedPeer } from '../../testing/scripted-server.ts'

const python = spawnSync('python3', ['-c', 'import pty']).status === 0
const skip =
  python || process.env['EVERPORT_REQUIRE_TOOLS'] === '1'
    ? false
    : 'python3, which makes the terminal, is missing'

const rows = (name: string, ...values: string[]): BackendMessage[] => [
  { kind: 'RowDescription', fields: [{ name, typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 }] },
  ...values.map((value): BackendMessage => ({ kind: 'DataRow', values: [Buffer.from(value)] })),
  { kind: 'CommandComplete', tag: `SELECT ${values.length}` },
  { kind: 'ReadyForQuery', status: 'I' },
]

/** Sleeps until it is cancelled at `select sleep`, and tells its peers, so that a test can kill them. */
function server(peers: ScriptedPeer[]): Script {
  let sleeping: ScriptedPeer | undefined
  return (message, peer) => {
    if (message.kind === 'StartupMessage') {
      peers.push(peer)
      peer.send(
        { kind: 'AuthenticationOk' },
        { kind: 'BackendKeyData', processId: 1, secret: Buffer.from('0002') },
        { kind: 'ReadyForQuery', status: 'I' },
      )
    } else if (message.kind === 'CancelRequest') {
      sleeping?.send(
        {
          kind: 'ErrorResponse',
          fields: [
            ['V', 'ERROR'],
            ['C', '57014'],
            ['M', 'canceled'],
          ],
        },
        { kind: 'ReadyForQuery', status: 'I' },
      )
      peer.end()
    } else if (message.kind === 'Query') {
      if (message.text === 'select sleep') {
        sleeping = peer
        peer.send({
          kind: 'NoticeResponse',
          fields: [
            ['V', 'NOTICE'],
            ['M', 'sleeping'],
          ],
        })
      } else if (message.text === 'show everport.node') peer.send(...rows('node', `n-${peers.length}`))
      else if (message.text.includes('information_schema')) {
        peer.send(
          {
            kind: 'RowDescription',
            fields: ['t', 'c'].map(name => ({
              name,
              typeOid: 25,
              typeSize: -1,
              typeModifier: -1,
              format: 0 as const,
            })),
          },
          { kind: 'DataRow', values: [Buffer.from('flights'), Buffer.from('delay')] },
          { kind: 'CommandComplete', tag: 'SELECT 1' },
          { kind: 'ReadyForQuery', status: 'I' },
        )
      } else peer.send(...rows('answer', `[${message.text}]`))
    }
  }
}

/** A shell in a terminal of its own. */
class TypedShell {
  readonly #child: ChildProcess
  #seen = ''
  #read = 0
  #changed: () => void = () => undefined
  readonly exit: Promise<number | null>

  constructor(at: Listening['at'], stateHome: string) {
    const loader = fileURLToPath(import.meta.resolve('tsx'))
    const main = fileURLToPath(new URL('../../main.ts', import.meta.url))
    const terminal = 'import pty, sys, os; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'
    const command = [process.execPath, '--import', loader, main, 'sql', at.address, '--port', String(at.port)]
    this.#child = spawn('python3', ['-c', terminal, ...command, '--user', 'u', '--database', 'demo'], {
      env: { ...process.env, XDG_STATE_HOME: stateHome, TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdout?.setEncoding('utf8').on('data', (data: string) => {
      this.#seen += data
      this.#changed()
    })
    this.exit = new Promise(resolve => this.#child.once('exit', resolve))
  }

  type(text: string): void {
    this.#child.stdin?.write(text)
  }

  /** Resolves when `expected` is on the screen, after what was seen before. */
  async sees(expected: string | RegExp): Promise<void> {
    const pattern =
      typeof expected === 'string' ? new RegExp(expected.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')) : expected
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), 60_000)
    try {
      for (;;) {
        const screen = stripVTControlCharacters(this.#seen).replaceAll('\r', '')
        const found = pattern.exec(screen.slice(this.#read))
        if (found !== null) {
          this.#read += found.index + found[0].length
          return
        }
        const ended = await Promise.race([
          this.exit.then(() => true),
          new Promise<false>(resolve => {
            this.#changed = () => resolve(false)
          }),
        ])
        if (ended)
          throw new Error(
            `waited for ${pattern}; the screen after what was seen:\n${screen.slice(this.#read)}`,
          )
      }
    } finally {
      clearTimeout(deadline)
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

async function inShell(task: (shell: TypedShell, peers: ScriptedPeer[]) => Promise<void>): Promise<string> {
  const peers: ScriptedPeer[] = []
  const folder = mkdtempSync(join(tmpdir(), 'everport-shell-'))
  const listening = await listenScripted(systemNetwork, server(peers))
  const shell = new TypedShell(listening.at, folder)
  try {
    await shell.sees('demo=> ')
    await task(shell, peers)
    return readFileSync(join(folder, 'everport', 'sql-history'), 'utf8')
  } finally {
    shell.kill()
    for (const peer of peers) peer.reset()
    await listening.close()
    rmSync(folder, { recursive: true })
  }
}

test('a shell: statements over lines, errors, Tab, cancel, quit, history', { skip }, async () => {
  const history = await inShell(async shell => {
    shell.type('select 1\r')
    await shell.sees('demo-> ')
    shell.type('+ 2;\r')
    await shell.sees(/answer\s+-+\n \[select 1\\n\+ 2\]\n\(1 row\)\n\nTime: [\d.]+ ms\ndemo=> /)
    // A Tab within pasted text is text, so each goes on its own.
    for (const [typed, completed] of [
      ['select del', 'ay'],
      [' from fl', 'ights'],
    ] as const) {
      shell.type(typed)
      await shell.sees(typed)
      shell.type('\t')
      await shell.sees(completed)
    }
    shell.type(';\r')
    await shell.sees('[select delay from flights]')
    await shell.sees('demo=> ')
    shell.type('select sleep;\r')
    await shell.sees('NOTICE:  sleeping')
    shell.type('\x03')
    await shell.sees(/ERROR: {2}canceled\nTime: [\d.]+ ms\ndemo=> /)
    shell.type('not this\x03')
    await shell.sees(/\^C\n/)
    shell.type('\\x\r')
    await shell.sees('Expanded display is on.')
    shell.type('\\conninfo\r')
    await shell.sees(/connected to database "demo" as user "u" through .*, node n-1/)
    shell.type('\\foo\r')
    await shell.sees('unknown command \\foo')
    shell.type('\x04')
    assert.equal(await shell.exit, 0)
  })
  assert.equal(
    history,
    'select 1\\n+ 2;\nselect delay from flights;\nselect sleep;\n\\\\x\n\\\\conninfo\n\\\\foo\n',
  )
})

test('a shell whose node dies reconnects, says so, and runs a read again', { skip }, async () => {
  await inShell(async (shell, peers) => {
    peers[0]?.reset()
    await shell.sees('connection to 127.0.0.1 (node n-1) lost; reconnecting …\n')
    await shell.sees(
      /connected to 127\.0\.0\.1 \(node n-2\) after \d+ ms; the transaction or settings of the old session are gone\n/,
    )
    await shell.sees('demo=> ')
    shell.type('select sleep;\r')
    await shell.sees('NOTICE:  sleeping')
    peers[1]?.reset()
    await shell.sees('connection to 127.0.0.1 (node n-2) lost; reconnecting …\n')
    await shell.sees('running the statement again\nNOTICE:  sleeping')
    shell.type('\x03')
    await shell.sees('demo=> ')
    shell.type('\\q\r')
    assert.equal(await shell.exit, 0)
  })
})
