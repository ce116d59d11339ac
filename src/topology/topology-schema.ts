import { workersMax } from '../resources/load-balancing.ts'
import { switchingDefaults, switchingLimits } from '../resources/switching.ts'
import { addressPlan, dnsAddressesDefault } from './address-plan.ts'
import { limitsSchema } from './limits-schema.ts'
import { protocol, tls } from './node-port-schema.ts'
import {
  choice,
  computed,
  duration,
  group,
  list,
  map,
  optional,
  required,
  text,
  truth,
  type ValueOf,
  whole,
} from './schema-kinds.ts'

const port = whole(1, 65_535)
const label = text(
  'a DNS label: lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen',
  /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/,
  63,
)

/** 32 is AWS's limit for target group names, and the longest we make of a cluster's name is `<name>-aux-65535`. */
const clusterName = text(
  'a load balancer name: lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen',
  label.pattern,
  22,
)
const zone = text(
  'a zone: a letter a to i, or that letter after the region, such as us-east-1a',
  /^(?:[a-z]{2}(?:-[a-z]+)+-[0-9])?[a-i]$/,
  32,
)

const ipv4Address = (expected: string) =>
  text(expected, /^(?!0\.)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/, 15)
const imageId = text('an image id, such as ami-0123456789abcdef0', /^ami-[0-9a-f]{8,17}$/, 21)

const serverPath = text('an absolute path without spaces', /^\/[A-Za-z0-9._/-]*$/, 255)

const cluster = map({
  name: required(clusterName, {
    about: 'Name of the cluster and of its load balancer, which answers as `<name>.elb.<domain>`.',
    examples: ['active'],
  }),
  role: required(choice('primary', 'secondary'), {
    about:
      'The failover name answers the primary cluster while it is healthy, and the secondary when it is not.',
  }),
  zones: required(list(zone, 1, addressPlan.zonesMax), {
    about: 'Availability zones. Each has its own balancer address and its own nodes.',
    examples: [['a', 'b']],
  }),
  nodesPerZone: optional(whole(1, addressPlan.nodesPerZoneMax), {
    about: 'How many nodes run in each zone.',
    default: 1,
    reason: 'two zones with one node each already survive the loss of a node and of a zone',
  }),
  engine: optional(choice('auto', 'userspace', 'kernel'), {
    about:
      'What moves the packets of its balancers. `userspace`: sockets of the balancer’s process, everywhere. `kernel`: rules of nftables, on Linux with CAP_NET_ADMIN; connections pass at the speed of the kernel and outlive the process. `auto`: the kernel where this machine can, and sockets on loopback addresses. `everport status` tells which it is and why.',
    default: 'auto',
    reason: 'a machine that cannot balance in the kernel serves all the same',
  }),
  workers: computed(whole(0, workersMax), {
    about:
      'Processes that each of its balancers takes connections with, beside its own: sockets of one process are served by one processor. `0`: none. What the kernel moves needs none. `everport status` tells how many there are.',
    absent:
      'none as long as the balancer is less than half busy; one more, up to the number of processors less one, each time that all of its processes were busier than that for a second',
    examples: [1],
  }),
  flowLog: optional(choice('sample', 'on', 'off'), {
    about:
      'Which connections its balancers tell of, a line of the log each, when they have ended. `sample`: all of them while they are few, 100 a second when they are many, and the number of the others. `on`: each, up to 5,000 a second, which costs short connections up to a tenth of their speed. `off`: none.',
    default: 'sample',
    reason: 'under load examples are enough, and counts are in the metrics',
  }),
  auxiliaryPorts: computed(list(port, 1, addressPlan.zonesMax * addressPlan.nodesPerZoneMax), {
    about:
      'One port for each node, by order of zone and then of node, different inside the cluster: after the first step on the runtime port a client is sent to this port of the balancer, and it leads to this one node.',
    absent: '19997, 29997, 39997 and so on',
    examples: [[19_997, 29_997]],
  }),
  kind: optional(choice('everport', 'denodo'), {
    about:
      'What the nodes are: Everport’s own, or servers of Denodo 7 or 8 behind Everport’s or AWS’s load balancers.',
    default: 'everport',
    reason: 'needs nothing else',
  }),
  image: computed(imageId, {
    about: 'Image that `everport apply` makes the nodes of this cluster from.',
    absent: 'with kind everport, the newest image called everport-node',
  }),
  addresses: computed(
    list(
      ipv4Address('an IPv4 address, such as 10.0.0.11'),
      1,
      addressPlan.zonesMax * addressPlan.nodesPerZoneMax,
    ),
    {
      about:
        'With kind denodo: the servers that are there already, one for each node by order of zone and then of node.',
      absent: 'nodes are made from `image`',
      examples: [['10.0.0.11', '10.0.1.11']],
    },
  ),
  home: optional(serverPath, {
    about: 'With kind denodo: the folder where the server is installed (DENODO_HOME).',
    default: '/opt/denodo',
    reason: 'where its container images have it',
  }),
  keyStore: computed(serverPath, {
    about: 'With kind denodo: the key store on each server, for TLS on all its ports.',
    absent: 'no TLS is set up',
    examples: ['/etc/denodo/server.jks'],
  }),
  keyStorePasswordFile: computed(serverPath, {
    about:
      'With `keyStore`: the file on each server that its password stands in. The password itself stands nowhere else.',
    absent: 'no TLS is set up',
    examples: ['/etc/denodo/server.jks.password'],
  }),
  trustStore: computed(serverPath, {
    about: 'With `keyStore`: the trust store on each server.',
    absent: 'the server’s own',
    examples: ['/etc/denodo/trust.jks'],
  }),
  advertisedHost: computed(
    text('a host name, or an IPv4 address', /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, 253),
    {
      about:
        'The name or address of the balancer that clients of the runtime port are sent to for its second step. It must lead to the balancer from where the clients are, never to a node.',
      absent: '`<name>.elb.<domain>`',
      examples: ['data.example.com'],
    },
  ),
  singlePort: optional(truth, {
    about:
      'With `true`, clients of the runtime port are sent to no other port for its second step: for a network that lets through the runtime port alone. The auxiliary ports are open all the same.',
    default: false,
    reason:
      'the second step then reaches the node that was asked in the first, with a connection of its own for the rows',
  }),
})

const ports = map({
  runtime: optional(port, {
    about: 'Arrow Flight SQL, first step.',
    default: 9999,
    reason: 'the port that clients of data-virtualization servers know',
  }),
  odbc: optional(port, {
    about: 'PostgreSQL wire protocol: psql, JDBC, ODBC and every PostgreSQL driver.',
    default: 9996,
    reason: 'the port that ODBC clients of data-virtualization servers know',
  }),
  web: optional(port, {
    about: 'HTTP: health, metrics.',
    default: 9090,
    reason: 'the port that web clients of data-virtualization servers know',
  }),
})

const dns = map({
  addresses: computed(
    list(ipv4Address('an IPv4 address of this machine, such as 127.0.0.1'), 1, addressPlan.dnsServersMax),
    {
      about:
        'Addresses of the name servers, each a process of its own: the first is `ns1.<domain>`, and so on. Two or more, and names are answered while one is down.',
      absent: dnsAddressesDefault.join(', '),
      examples: [[...dnsAddressesDefault]],
    },
  ),
  port: optional(port, {
    about: 'UDP and TCP port of the name servers.',
    default: 5300,
    reason: 'port 53 needs root and is often taken by the system resolver',
  }),
  metricsPort: optional(port, {
    about:
      'TCP port where each name server answers metrics: the first on 127.0.0.1, the second on 127.0.0.2, and so on.',
    default: 5301,
    reason: 'beside the port of the name servers',
  }),
  ttlSeconds: optional(whole(0, 86_400), {
    about:
      'Time to live of the balancers’ names, and so of the failover name: how long a client may go on using an address that was taken out.',
    default: 60,
    reason: 'what AWS gives the names of its load balancers',
  }),
  repliesPerSecond: optional(whole(0, 1_000_000), {
    about:
      'Replies by UDP with one name that one network (/24 or /56) is sent in a second; half of the rest are sent empty with TC, so that honest resolvers come by TCP. Clients with a DNS cookie, by TCP, and of this machine are not counted. 0 is no limit.',
    default: 200,
    reason:
      'no resolver that keeps answers for a second asks so often, and a forger’s flood to a victim ends there',
  }),
  cookies: optional(choice('offered', 'required'), {
    about:
      'DNS cookies (RFC 7873) tell clients from those who forge their addresses. `required`: by UDP nobody is answered without one; others come by TCP.',
    default: 'offered',
    reason: 'many resolvers send none',
  }),
  identify: optional(choice('nothing', 'name', 'name-and-version'), {
    about:
      'What a name server tells of itself to who asks: its role’s name by NSID and `id.server`, its version by `version.bind` (class CHAOS).',
    default: 'nothing',
    reason: 'helps attackers more than users, until there are several to tell apart',
  }),
})

const failover = map({
  failback: optional(
    text('automatic, manual, or a time such as 30s', /^(?:automatic|manual|[1-9]\d{0,8}(?:ms|s|m|h))$/, 12),
    {
      about:
        'When the failover name goes back to the primary cluster: as soon as it is healthy, when it has been healthy for a time, or only when an operator says so.',
      default: 'automatic',
      reason: 'what Route 53 does',
    },
  ),
  switchesMax: optional(whole(1, switchingLimits.switchesMax), {
    about:
      'More switches than this within `window` are made only where staying would serve nobody: a flapping cluster does not take its clients along.',
    default: switchingDefaults.switchesMax,
    reason: 'more than a drill needs',
  }),
  window: optional(duration('10s', '24h'), {
    about: 'The time in which switches are counted.',
    default: '10m',
    reason: 'long enough to see that something flaps, short enough to forget it',
  }),
  shortTtlSeconds: optional(whole(0, switchingLimits.shortTtlSecondsMax), {
    about:
      'Time to live of the failover name while a switch is likely, if its own is longer: the primary is unhealthy, it switched lately, failback is pending.',
    default: switchingDefaults.shortTtlSeconds,
    reason: 'clients follow within seconds when it matters, and ask seldom when it does not',
  }),
})

const control = map({
  port: optional(port, {
    about: 'TCP port on 127.0.0.1 where control answers health, status and metrics.',
    default: 8400,
    reason: 'seldom taken by anything else',
  }),
})

const balancers = map({
  metricsPort: optional(port, {
    about:
      'TCP port where each balancer answers `/metrics` and `/health/live`, on the address that it balances on.',
    default: 9097,
    reason: 'beside the port of the web pages, and seldom taken',
  }),
})

const sqlWord = text('a text without line breaks', /^[^\0\r\n]+$/, 1_024)
const sqlCheck = map({
  user: computed(sqlWord, {
    about: 'Who logs in. A role that may read nothing else, with room for a connection of each balancer.',
    absent: 'needed with protocol sql',
    examples: ['checker'],
  }),
  passwordFile: computed(
    text(
      'the path of a file in healthCheck.passwordFolder, written from there, such as checker.password',
      /^(?![/])(?!(?:.*[/])?\.{0,2}(?:[/]|$))[^\p{Cc}]+$/u,
      1_024,
    ),
    {
      about:
        'The file whose first line is the password, at most 1 KiB, by its path from `healthCheck.passwordFolder` on each machine where a balancer runs. It is read at each probe. The password itself stands nowhere else.',
      absent: 'no password',
      examples: ['checker.password'],
    },
  ),
  database: computed(sqlWord, {
    about: 'The database that is connected to.',
    absent: 'the topology’s `database`',
  }),
  query: optional(sqlWord, {
    about: 'One statement. A target whose answer is an error is unhealthy.',
    default: 'select 1',
    reason: 'any node that can run a query can run this one',
  }),
  expect: computed(sqlWord, {
    about: 'What the first column of the first row must be.',
    absent: 'any answer will do',
    examples: ['f'],
  }),
})

const healthCheck = map({
  protocol: optional(choice('http', 'tcp', 'sql'), {
    about:
      '`http` asks the node whether it is ready; `tcp` only connects; `sql` logs in on the odbc port and runs a query, which costs the node a login each time: choose an interval of seconds.',
    default: 'http',
    reason: 'a node that accepts connections may still be loading its catalog',
  }),
  path: computed(text('a path that begins with /', /^\/[\x21-\x7e]*$/, 1_024), {
    about: 'Path of the HTTP probe; 200 to 399 is healthy.',
    absent: '/health/ready with protocol http',
    examples: ['/health/ready'],
  }),
  port: computed(choice('web', 'odbc', 'traffic-port'), {
    about: 'Port that is probed; `traffic-port` is the one that the target group sends clients to.',
    absent: 'web, where the node answers /health/ready for all its ports; odbc with protocol sql',
  }),
  sql: group(sqlCheck, { about: 'What protocol sql asks.' }),
  passwordFolder: computed(text('the path of a folder', /^[^\p{Cc}]+$/u, 2_048), {
    about:
      'The one folder, on each machine where a balancer or a name server runs, that SQL health checks read passwords from, those made through the AWS APIs too; relative to this file.',
    absent: '`secrets` in the state folder',
    examples: ['/etc/everport/secrets'],
  }),
  interval: optional(duration('100ms', '300s'), {
    about: 'From one probe to the next.',
    default: '250ms',
    reason:
      'a dead node is found in a quarter of a second, at four small requests a second; AWS allows 5s and more',
  }),
  timeout: optional(duration('50ms', '120s'), {
    about: 'How long an answer may take.',
    default: '500ms',
    reason: 'longer than any pause of a living node, and a hung one is still found within two seconds',
  }),
  healthyThreshold: optional(whole(2, 10), {
    about: 'Passes in a row that bring an unhealthy target back. A new target needs one.',
    default: 2,
    reason: 'AWS’s least; one pass may be luck',
  }),
  unhealthyThreshold: optional(whole(2, 10), {
    about: 'Failures in a row that take a target out.',
    default: 2,
    reason: 'AWS’s default; one failure may be bad luck',
  }),
  immediateReprobe: optional(truth, {
    about: 'After the first failure of a healthy target, probe again at once rather than an interval later.',
    default: true,
    reason: 'halves the time to find a dead node',
  }),
  passive: optional(truth, {
    about: 'A refused or reset connection of a client takes the target out at once.',
    default: true,
    reason: 'clients see a dead node before the next probe does',
  }),
})

const vpcId = text('a VPC id, such as vpc-0123456789abcdef0', /^vpc-[0-9a-f]{8,17}$/, 21)
const cidr = text(
  'an IPv4 range, such as 10.0.0.0/16',
  /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!\/)|(?=\/))){4}\/(?:[12]?\d|3[0-2])$/,
  18,
)
const aws = map({
  vpc: computed(vpcId, {
    about: 'The VPC that holds the nodes and the load balancers. It needs a subnet in each zone.',
    absent: 'the account’s default VPC',
  }),
  instanceType: optional(text('an instance type, such as m7i.large', /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 40), {
    about: 'Type of the nodes’ instances.',
    default: 'm7i.large',
    reason: 'two processors and 8 GB: a node with the default limits has room',
  }),
  scheme: optional(choice('internal', 'internet-facing'), {
    about: 'Whether the load balancers have addresses in the VPC or public ones.',
    default: 'internal',
    reason: 'nothing is reachable from outside unless you say so',
  }),
  clients: computed(list(cidr, 1, 50), {
    about:
      'Ranges of addresses that may connect to the nodes through the load balancers, beside the VPC’s own.',
    absent: 'the VPC’s range alone',
    examples: [['10.0.0.0/8']],
  }),
})

export const topologySchema = map({
  name: required(label, { about: 'Name of this topology.', examples: ['demo'] }),
  domain: required(
    text(
      'a domain of two labels or more in lower case, such as demo.test',
      /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
      150,
    ),
    { about: 'The DNS zone that Everport answers for.', examples: ['demo.test'] },
  ),
  region: optional(text('an AWS region name, such as us-east-1', /^[a-z]{2}(?:-[a-z]+)+-[0-9]$/, 30), {
    about: 'Region that zone names and resource names (ARNs) are of.',
    default: 'us-east-1',
    reason: 'AWS’s first; on your own machines it is only a name',
  }),
  hostname: optional(label, {
    about: 'The failover name is `<hostname>.<domain>`: the one name that clients connect to.',
    default: 'data',
    reason: 'short, and says what is there',
  }),
  database: computed(
    text(
      'a database name: letters, digits, _ and -, beginning with a letter or _',
      /^[A-Za-z_][A-Za-z0-9_-]*$/,
      63,
    ),
    {
      about: 'PostgreSQL database name that clients ask for.',
      absent: 'the topology’s name',
      examples: ['demo'],
    },
  ),
  catalog: required(text('the path of an SQL file', /^[^\0]+$/, 4_096), {
    about: 'SQL file with the views that every node serves; the path is relative to this file.',
    examples: ['catalog/flights.sql'],
  }),
  clusters: required(list(cluster, 0, addressPlan.clustersMax), {
    about:
      'The primary cluster and, for failover, a secondary one. None (`[]`): only control and the name servers run, and everything else is made through the AWS APIs.',
  }),
  ports: group(ports, {
    about: 'Ports of every node and of the balancers in front of them.',
  }),
  dns: group(dns, { about: 'The name servers.' }),
  failover: group(failover, { about: 'How the failover name switches between the clusters.' }),
  control: group(control, { about: 'The process that turns this file into desired state.' }),
  balancers: group(balancers, { about: 'The network load balancers in front of the nodes.' }),
  healthCheck: group(healthCheck, {
    about: 'How balancers find out which nodes can serve.',
  }),
  limits: group(limitsSchema, {
    about: 'Bounds of every node. A change of them is applied while the nodes run.',
  }),
  aws: group(aws, {
    about: 'What `everport apply`, `plan`, `export` and `doctor` need to know beside the rest.',
  }),
  tls: group(tls, { about: 'TLS on the ports of every node.' }),
  protocol: group(protocol, { about: 'Bounds of the PostgreSQL port of every node.' }),
})

/** A valid file's values, defaults filled in. */
export type TopologyFile = ValueOf<typeof topologySchema>

/** Bounds of the file itself. */
export const topologyFileLimits = {
  /** Hundreds of times an honest file. */
  bytesMax: 262_144,
  /** The schema needs five. */
  nestingMax: 64,
  /** More says nothing that the first hundred do not. */
  mistakesMax: 100,
} as const
