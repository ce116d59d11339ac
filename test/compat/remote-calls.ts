import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { NetworkNamespace } from './network-namespace.ts'

/** Functions that a child process offers, by name; arguments and results are JSON. */
export type Functions = Readonly<Record<string, (...args: never[]) => unknown>>

/** The same functions, called from outside. */
export type Remote<F extends Functions> = {
  readonly [Name in keyof F]: (...args: Parameters<F[Name]>) => Promise<Awaited<ReturnType<F[Name]>>>
} & { readonly child: ChildProcess }

interface Call {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/** In the child: answers calls until the parent is gone. */
export function serveCalls(functions: Functions): void {
  process.on('message', (call: Call) => {
    const called = async (): Promise<unknown> =>
      (functions[call.name] as ((...args: unknown[]) => unknown) | undefined)?.(...call.args)
    const answer = (rest: Omit<Answer, 'id'>): unknown => process.send?.({ id: call.id, ...rest })
    called().then(
      value => answer({ value }),
      (error: unknown) => answer({ error: error instanceof Error ? (error.stack ?? '') : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ id: 0 })
}

/** The machine itself. */
export const noNamespace: Pick<NetworkNamespace, 'inside'> = { inside: (...command) => command }

/** Starts `file`, TypeScript beside this one or a bundle elsewhere, as a process in that namespace; it ends with the test. */
export async function startRemote<F extends Functions>(
  t: { after(task: () => void): void },
  namespace: Pick<NetworkNamespace, 'inside'>,
  file: string,
  args: readonly string[] = [],
): Promise<Remote<F>> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const loader = path.endsWith('.ts') ? ['--import', 'tsx'] : []
  const [program = '', ...rest] = namespace.inside(process.execPath, ...loader, path, ...args)
  const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  t.after(() => void child.kill('SIGKILL'))
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${file} ended before it was ready`)
  })
  ended.catch(() => undefined)
  await Promise.race([once(child, 'message'), ended])
  const waiting = new Map<number, (answer: Answer) => void>()
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  child.on('exit', () => {
    for (const [id, settle] of waiting) settle({ id, error: `${file} has ended` })
  })
  let last = 0
  const call = (name: string, callArgs: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, ({ error, value }) => (error === undefined ? resolve(value) : reject(new Error(error))))
      child.send({ id, name, args: callArgs } satisfies Call)
    })
  return new Proxy({ child } as unknown as Remote<F>, {
    get: (target, name) =>
      typeof name !== 'string' || name === 'then' || name === 'child'
        ? Reflect.get(target, name)
        : (...callArgs: unknown[]) => call(name, callArgs),
  })
}
