// What passes through the userspace engine, beside HAProxy and a direct connection: bulk bytes, and short connections.
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benchContext, report } from '../report.ts'

type Ports = Record<'stream' | 'answer', number>

const rounds = Number(process.argv[2] ?? 5)
const secondsEach = Number(process.argv[3] ?? 2)
const streams = 8
const connectorsAtOnce = 32

const context = benchContext()
const children: ChildProcess[] = []
context.after(() => {
  for (const child of children) child.kill('SIGKILL')
})

const started = async (file: string, argument = ''): Promise<[child: ChildProcess, said: unknown]> => {
  const child = fork(new URL(file, import.meta.url), [argument], { execArgv: ['--import', 'tsx'] })
  children.push(child)
  const [said] = (await once(child, 'message')) as [unknown]
  return [child, said]
}

async function freePorts(): Promise<Ports> {
  const servers = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '127.0.0.1')]
  const ports: number[] = []
  await Promise.all(servers.map(server => once(server, 'listening')))
  for (const server of servers) {
    const address = server.address()
    ports.push(typeof address === 'object' && address !== null ? address.port : 0)
  }
  for (const server of servers) server.close()
  return { stream: ports[0] ?? 0, answer: ports[1] ?? 0 }
}

/** Processor seconds that a process has used, from /proc; nothing elsewhere. */
function cpuSeconds(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return Number.NaN
  }
}

async function megabytesPerSecond(port: number): Promise<number> {
  let bytes = 0
  const buffer = Buffer.alloc(1 << 20)
  const sockets = Array.from({ length: streams }, () =>
    connect({
      host: '127.0.0.1',
      port,
      onread: {
        buffer,
        callback(count) {
          bytes += count
          return true
        },
      },
    }).on('error', () => undefined),
  )
  await new Promise(resolve => setTimeout(resolve, 200))
  bytes = 0
  const from = performance.now()
  await new Promise(resolve => setTimeout(resolve, secondsEach * 1000))
  const rate = bytes / 1e3 / (performance.now() - from)
  for (const socket of sockets) socket.destroy()
  return rate
}

async function connectionsPerSecond(port: number): Promise<number> {
  let [count, failed, isOver] = [0, 0, false]
  const message = Buffer.from('hello')
  const one = (): Promise<void> =>
    new Promise(resolve => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true })
      socket.on('connect', () => socket.write(message))
      socket.on('data', () => {
        count++
        // RST: no port of this machine is left waiting.
        socket.resetAndDestroy()
      })
      socket.on('error', () => failed++)
      socket.on('close', () => resolve())
    })
  const loop = async (): Promise<void> => {
    while (!isOver) await one()
  }
  const from = performance.now()
  const loops = Array.from({ length: connectorsAtOnce }, loop)
  await new Promise(resolve => setTimeout(resolve, secondsEach * 1000))
  isOver = true
  await Promise.all(loops)
  if (failed > count / 100) throw new Error(`${failed} of ${count + failed} connections failed`)
  return (count * 1000) / (performance.now() - from)
}

async function haproxy(target: Ports): Promise<[ChildProcess, Ports]> {
  const listen = await freePorts()
  const folder = mkdtempSync(join(tmpdir(), 'everport-bench-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'haproxy.cfg')
  const section = (name: keyof Ports): string =>
    `listen ${name}\n  bind 127.0.0.1:${listen[name]}\n  server one 127.0.0.1:${target[name]}\n`
  writeFileSync(
    file,
    `global\n  nbthread 1\n  maxconn 8000\ndefaults\n  mode tcp\n  timeout connect 1s\n  timeout client 350s\n  timeout server 350s\n${section('stream')}${section('answer')}`,
  )
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' })
  children.push(child)
  for (let i = 0; i < 100; i++) {
    const socket = connect({ host: '127.0.0.1', port: listen.answer })
    const isUp = await new Promise<boolean>(resolve => {
      socket.on('connect', () => resolve(true))
      socket.on('error', () => resolve(false))
    })
    socket.destroy()
    if (isUp) return [child, listen]
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error('haproxy did not come up')
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

try {
  if (spawnSync('haproxy', ['-v']).status !== 0) throw new Error('this benchmark needs haproxy')
  const [, target] = (await started('./backend.ts')) as [ChildProcess, Ports]
  const listen = await freePorts()
  const [proxy] = await started('./proxy.ts', JSON.stringify({ listen, target }))
  const [other, otherPorts] = await haproxy(target)
  const ways = [
    { name: 'direct', ports: target, pid: undefined },
    { name: 'everport', ports: listen, pid: proxy.pid },
    { name: 'haproxy', ports: otherPorts, pid: other.pid },
  ]
  const seen = ways.map(way => ({
    ...way,
    rates: [] as number[],
    cpuPerGigabyte: [] as number[],
    connections: [] as number[],
    cpuPerThousand: [] as number[],
  }))
  // In turns, so that what else the machine does meets all alike.
  for (let round = 0; round < rounds; round++) {
    for (const way of seen) {
      const before = cpuSeconds(way.pid)
      const rate = await megabytesPerSecond(way.ports.stream)
      const between = cpuSeconds(way.pid)
      const connections = await connectionsPerSecond(way.ports.answer)
      const after = cpuSeconds(way.pid)
      way.rates.push(rate)
      way.connections.push(connections)
      way.cpuPerGigabyte.push((between - before) / ((rate * (secondsEach + 0.2)) / 1000))
      way.cpuPerThousand.push((after - between) / ((connections * secondsEach) / 1000))
    }
  }
  const rows = seen.map(way => [
    way.name,
    median(way.rates).toFixed(0),
    median(way.cpuPerGigabyte).toFixed(2),
    median(way.connections).toFixed(0),
    median(way.cpuPerThousand).toFixed(3),
  ])
  const [, ours, theirs] = seen
  if (ours === undefined || theirs === undefined) throw new Error('nothing was measured')
  report(
    `TCP through one process, ${rounds} rounds of ${secondsEach} s each way, medians`,
    ['way', 'MB/s', 'cpu s/GB', 'connections/s', 'cpu s/1000 conn'],
    rows,
    [
      ['balancer_userspace_throughput', median(ours.rates), 'MB/s'],
      ['balancer_userspace_connections', median(ours.connections), '1/s'],
    ],
    [
      ['balancer_userspace_throughput_vs_haproxy', median(ours.rates) / median(theirs.rates)],
      ['balancer_userspace_connections_vs_haproxy', median(ours.connections) / median(theirs.connections)],
    ],
  )
} finally {
  await context.end()
}
process.exit(0)
