import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'

/** Debian's package of each program that a test or benchmark uses; .ci/run installs those of tests. */
export const debianPackages: Readonly<Record<string, string>> = {
  aws: 'awscli',
  psql: 'postgresql-client-15',
  postgres: 'postgresql-15',
  dig: 'dnsutils',
  git: 'git',
  npm: 'npm',
  python3: 'python3',
  nsd: 'nsd',
  knotd: 'knot',
  'nsd-checkzone': 'nsd',
  unbound: 'unbound',
  kdig: 'knot-dnsutils',
  'zonemaster-cli': 'zonemaster-cli',
  ip: 'iproute2',
  nft: 'nftables',
  conntrack: 'conntrack',
  haproxy: 'haproxy',
  prlimit: 'util-linux',
  nginx: 'nginx libnginx-mod-stream',
  iperf3: 'iperf3',
  wrk: 'wrk',
  java: 'openjdk-17-jdk-headless',
  javac: 'openjdk-17-jdk-headless',
  dnsperf: 'dnsperf',
  gdnsd: 'gdnsd',
  pdns_server: 'pdns-server pdns-backend-bind',
}

/**
 * True when the program is installed. Otherwise the test is skipped by name with the reason, or, where EVERPORT_REQUIRE_TOOLS=1 (continuous
 * integration), it fails: `if (!requireTool(t, 'psql')) return`.
 */
export function requireTool(t: Pick<TestContext, 'skip'>, program: string): boolean {
  if (isInstalled(program)) return true
  const debianPackage = debianPackages[program]
  const how = debianPackage === undefined ? '' : ` (Debian: apt-get install ${debianPackage})`
  const reason = `needs the program ${program}${how}`
  if (process.env['EVERPORT_REQUIRE_TOOLS'] === '1') throw new Error(reason)
  t.skip(reason)
  return false
}

function isInstalled(program: string): boolean {
  return [...(process.env['PATH'] ?? '').split(delimiter), ...debianPostgres()].some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Debian keeps the programs of PostgreSQL's server out of PATH. Newest first. */
export function debianPostgres(): string[] {
  const base = '/usr/lib/postgresql'
  if (!existsSync(base)) return []
  const versions = readdirSync(base).sort((a, b) => Number(b) - Number(a))
  return versions.map(version => join(base, version, 'bin'))
}
