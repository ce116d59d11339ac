import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  filesBelow,
  type Import,
  importsOf,
  lineOf,
  readSource,
  root,
  type SourceFile,
} from './source-text.ts'

/**
 * The layers, from the bottom. A folder may import the layers below its own, and of its own layer what stands beside its name. Every
 * folder is in docs/ARCHITECTURE.md in the same words.
 */
const layers: readonly (readonly [layer: string, folders: Readonly<Record<string, readonly string[]>>])[] = [
  ['base', { base: [] }],
  ['store', { store: [] }],
  ['resources', { resources: [] }],
  [
    'decisions',
    {
      aws: [],
      'aws/autoscaling': ['aws', 'aws/ec2', 'aws/elbv2', 'topology'],
      'aws/ec2': ['aws', 'instances', 'topology'],
      'aws/elb': ['aws', 'aws/elbv2', 'health', 'topology'],
      'aws/elbv2': ['aws', 'health', 'topology'],
      'aws/protocols': ['aws'],
      'aws/route53': [
        'aws',
        'dns/changes',
        'dns/health-checks',
        'dns/routing',
        'dns/switching',
        'dns/wire',
        'dns/zone',
      ],
      'aws/server': [
        'aws',
        'aws/autoscaling',
        'aws/ec2',
        'aws/elb',
        'aws/elbv2',
        'aws/protocols',
        'aws/route53',
        'aws/sigv4',
        'aws/sts',
        'balancer/selection',
      ],
      'aws/sigv4': ['aws'],
      'aws/sts': ['aws'],
      'balancer/selection': ['health'],
      denodo: [],
      'dns/changes': ['dns/routing', 'dns/wire', 'dns/zone'],
      'dns/health-checks': ['health'],
      'dns/routing': ['dns/wire'],
      'dns/switching': ['dns/routing', 'dns/zone'],
      'dns/wire': [],
      'dns/zone': ['dns/routing', 'dns/wire'],
      'dns/zone-file': ['dns/wire', 'dns/zone'],
      health: [],
      instances: [],
      provision: ['denodo', 'topology'],
      'sql/admission': ['sql/statements'],
      'sql/arrow': [],
      'sql/auth': [],
      'sql/dialect': [],
      'sql/pgcatalog': [],
      'sql/pgwire': ['sql/auth', 'sql/statements'],
      'sql/rights': ['sql/auth', 'sql/dialect', 'sql/pgcatalog', 'sql/statements'],
      'sql/statements': [],
      topology: [],
    },
  ],
  [
    'engines',
    {
      balancer: [],
      'balancer/http': ['balancer', 'balancer/userspace'],
      'balancer/kernel': ['balancer'],
      'balancer/userspace': ['balancer'],
      'balancer/workers': ['balancer', 'balancer/userspace'],
      dns: [],
      'dns/server': [],
      'dns/transfer': [],
      'sql/catalog': [],
      'sql/client': ['dns'],
      'sql/engine': ['sql/catalog'],
      'sql/flight': ['sql/engine'],
      'sql/web': ['sql/engine'],
    },
  ],
  ['roles', { client: [], roles: [] }],
  ['cli', { cli: [] }],
  ['main', { main: [] }],
]

/** Beside the layers: who may import them, and what they import. */
const besides: Readonly<
  Record<string, { readonly from: readonly string[]; readonly to: readonly string[] }>
> = {
  io: { from: ['client', 'roles', 'cli', 'main'], to: ['base', 'topology'] },
  // Part of the tests, which may use anything.
  testing: { from: [], to: ['*'] },
}

/** Interfaces between a decision and what carries it out: types only, so that whoever is below may know them. */
const seams = ['src/balancer/engine.ts', 'src/sql/engine/engine.ts']

/** Built-in modules that compute and do nothing else: for everyone. */
const pureBuiltIns = 'node:buffer node:crypto node:path node:string_decoder node:util node:zlib'.split(' ')

/** What else files may import: by the beginning of their path. */
const grants: readonly { readonly under: string; readonly modules: RegExp; readonly why: string }[] = [
  {
    under: 'src/io/',
    modules: /^node:|^pino$|^@peculiar\/asn1-(?:schema|x509)$/,
    why: 'the real clock, network, processes and log; certificates',
  },
  {
    under: 'src/roles/',
    modules: /^node:|^prom-client$/,
    why: 'processes, with files and metrics of their own',
  },
  { under: 'src/cli/export.ts', modules: /^yaml$/, why: 'templates in YAML' },
  {
    under: 'src/cli/sdk-calls.ts',
    modules: /^@aws-sdk\/client-/,
    why: 'calls to AWS, or to an Everport elsewhere',
  },
  { under: 'src/cli/', modules: /^node:/, why: 'a terminal, files and signals' },
  { under: 'src/main.ts', modules: /^node:/, why: 'begins everything' },
  { under: 'src/store/journal', modules: /^node:fs$/, why: 'the store on disk' },
  { under: 'src/sql/dialect/', modules: /^libpg-query$/, why: "PostgreSQL's parser" },
  { under: 'src/sql/engine/', modules: /^@duckdb\/|^node:fs/, why: 'DuckDB and the files it reads' },
  { under: 'src/sql/catalog/', modules: /^node:fs/, why: 'the catalog file' },
  { under: 'src/sql/arrow/', modules: /^flatbuffers$/, why: 'the tables that Arrow describes itself with' },
  {
    under: 'src/client/',
    modules: /^@grpc\/grpc-js$|^apache-arrow$|^node:(?:net|dns\/promises)$/,
    why: 'for programs of others, on their machines',
  },
  {
    under: 'src/sql/flight/',
    modules: /^@grpc\/|^grpc-health-check$|^apache-arrow$/,
    why: 'gRPC, and what clients bind',
  },
  {
    under: 'src/sql/flight/channel-security.ts',
    modules: /^node:(?:net|tls)$/,
    why: 'what a client of gRPC trusts',
  },
  {
    under: 'src/balancer/http/',
    modules: /^node:(?:http2?|https|net|stream|tls)$/,
    why: 'the protocols that requests come and go by',
  },
  {
    under: 'src/sql/web/',
    modules: /^prom-client$|^node:(?:http|perf_hooks)$/,
    why: 'an HTTP server, and metrics of this process',
  },
  { under: 'src/topology/', modules: /^yaml$/, why: 'the topology file' },
  {
    under: 'src/aws/protocols/',
    modules: /^@aws-sdk\/client-|^@smithy\/core\/schema$/,
    why: 'the schemas that the SDK packages export',
  },
  {
    under: 'src/testing/',
    modules: /^node:|^fast-check$|^@aws-sdk\/client-/,
    why: 'part of the tests',
  },
]

/** Devices that make a decision depend on the moment or the machine, and what stands in for each. */
const bannedCalls: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bDate\.now\b/g, 'clock.now() for durations, a wallTime parameter for dates'],
  [/\bnew Date\(\s*\)/g, 'a wallTime parameter'],
  [/\bperformance\.now\b/g, 'clock.now()'],
  [/(?<![.\w])set(?:Timeout|Interval|Immediate)\s*\(/g, 'clock.after or every'],
  [/\bMath\.random\b/g, 'a Random parameter'],
  [/(?<![.\w])random(?:Bytes|UUID|Int|Fill|FillSync)\s*\(|\bgetRandomValues\b/g, 'a Random parameter'],
  [/\bprocess\.(?:env|argv|cwd|exit|on|once|stdout|stderr|stdin)\b/g, 'a parameter given by cli/ or roles/'],
  [/\bconsole\.\w+/g, 'a Log parameter'],
]
/** Folders that are handed the world as parameters. */
const withoutWorld = ['base', 'store', 'resources', 'decisions', 'engines']

/** Each rule may be broken only here, with the reason. */
const exceptions: Readonly<Record<string, string>> = {}

// What is checked

const sourceFiles = filesBelow('src').filter(path => path.endsWith('.ts'))
const isTestFile = (path: string): boolean =>
  /\.test\.ts$|\/conformance\.ts$/.test(path) || path.startsWith('test/')
const production = sourceFiles.filter(path => !isTestFile(path)).map(readSource)
const everyScript = ['src', 'test', 'bench', 'scripts']
  .flatMap(filesBelow)
  .filter(path => /\.(ts|mjs|js)$/.test(path))
const rootTexts =
  'README.md CONTRIBUTING.md package.json package-lock.json .npmrc knip.json biome.json'.split(' ')
const everyText = [
  ...['.ci', 'src', 'test', 'bench', 'scripts', 'docs', 'examples', 'schema', 'console'].flatMap(filesBelow),
  ...rootTexts,
].filter(path => !/\.(png|parquet|gif|ico|mdb|bin)$/.test(path))

const folders = Object.fromEntries(
  layers.flatMap(([layer, inside]) => Object.keys(inside).map(name => [name, layer])),
)

/** 'sql/pgwire' of src/sql/pgwire/messages/x.ts: the longest folder of the table that holds the file. */
function folderOf(path: string): string | undefined {
  const inside = path.replace(/^src\//, '')
  if (inside === 'main.ts') return 'main'
  return [...Object.keys(folders), ...Object.keys(besides)]
    .filter(name => inside.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length)[0]
}

function mayImport(from: string, to: string): boolean {
  if (from === to) return true
  const [outside, inside] = [besides[to], besides[from]]
  if (inside?.to.includes('*')) return true
  if (outside !== undefined) return outside.from.includes(from)
  if (inside !== undefined) return inside.to.includes(to)
  const level = (name: string): number => layers.findIndex(([layer]) => layer === folders[name])
  if (level(from) !== level(to)) return level(from) > level(to)
  return layers[level(from)]?.[1][from]?.includes(to) ?? false
}

function targetOf(path: string, { specifier }: Import): string | undefined {
  return specifier.startsWith('.') ? posix.join(dirname(path), specifier) : undefined
}

/** Reports all mistakes at once, each with its place. */
function report(t: TestContext, seen: number, atLeast: number, mistakes: readonly string[]): void {
  assert.ok(
    seen >= atLeast,
    `expected to see ${atLeast} or more, saw ${seen}: the check looks in the wrong place`,
  )
  const real = mistakes.filter(mistake => exceptions[mistake] === undefined)
  t.diagnostic(`${seen} seen`)
  assert.deepEqual(real, [])
}

function findAll(files: readonly SourceFile[], pattern: RegExp, says: (match: string) => string): string[] {
  return files.flatMap(({ path, text, code }) =>
    [...code.matchAll(pattern)].map(match => `${path}:${lineOf(text, match.index)} ${says(match[0].trim())}`),
  )
}

// The rules

test('every import goes down the layers', t => {
  let seen = 0
  const mistakes: string[] = []
  for (const file of production) {
    const from = folderOf(file.path)
    if (from === undefined) mistakes.push(`${file.path}: its folder is not in the table of layers`)
    for (const found of importsOf(file)) {
      seen++
      const target = targetOf(file.path, found)
      const to = target === undefined ? undefined : folderOf(target)
      if (target === undefined || from === undefined || seams.includes(target)) continue
      if (isTestFile(target)) mistakes.push(`${file.path}:${found.line} imports a test, ${found.specifier}`)
      if (to === undefined || !mayImport(from, to))
        mistakes.push(`${file.path}:${found.line} ${from} may not import ${to ?? target}`)
    }
  }
  assert.ok(production.length > 50, `${production.length} files`)
  report(t, seen, 100, mistakes)
})

test('seams hold types and nothing that runs', t => {
  const files = production.filter(({ path }) => seams.includes(path))
  const mistakes = files.flatMap(file => [
    ...importsOf(file).flatMap(found =>
      found.isTypeOnly ? [] : [`${file.path}:${found.line} ${found.specifier}`],
    ),
    ...findAll([file], /^\s*(?:export\s+)?(?:const|let|function|class|async)\b.*/gm, found => found),
  ])
  report(t, files.length, seams.length, mistakes)
})

test('built-in modules and packages are imported only where the table grants them', t => {
  let seen = 0
  const mistakes: string[] = []
  const developmentOnly = Object.keys(packageFile().devDependencies ?? {})
  for (const file of production) {
    for (const found of importsOf(file)) {
      const { specifier, line, isTypeOnly } = found
      if (specifier.startsWith('.')) continue
      seen++
      const isGranted = grants.some(
        ({ under, modules }) => file.path.startsWith(under) && modules.test(specifier),
      )
      if (isGranted || pureBuiltIns.includes(specifier) || isTypeOnly) continue
      mistakes.push(
        developmentOnly.includes(specifier)
          ? `${file.path}:${line} ${specifier} is there for its types only: import type`
          : `${file.path}:${line} may not import ${specifier}`,
      )
    }
  }
  report(t, seen, 20, mistakes)
})

test('every import names an extension that runs as it is', t => {
  const imports = everyScript.flatMap(path => importsOf(readSource(path)).map(found => ({ path, ...found })))
  const mistakes = imports
    .filter(({ specifier }) => (specifier.startsWith('.') ? !/\.(ts|mjs|js|json)$/.test(specifier) : false))
    .map(({ path, line, specifier }) => `${path}:${line} ${specifier}`)
  report(t, imports.length, 150, mistakes)
})

test('time, randomness, environment and terminal are parameters', t => {
  const files = production.filter(
    ({ path }) =>
      withoutWorld.includes(folders[folderOf(path) ?? ''] ?? '') && !path.startsWith('src/store/journal'),
  )
  const mistakes = bannedCalls.flatMap(([pattern, instead]) =>
    findAll(files, pattern, found => `${found} (instead: ${instead})`),
  )
  report(t, files.length, 40, mistakes)
})

test('no default exports, enums, namespaces or require; the linter looks for any', t => {
  const files = everyScript.filter(path => path.endsWith('.ts')).map(readSource)
  const rules: [RegExp, string][] = [
    [/\bexport\s+default\b/g, 'a default export: export it by name'],
    [/^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s/gm, 'an enum: a union of string literals'],
    [/^\s*(?:export\s+)?(?:declare\s+)?namespace\s/gm, 'a namespace: a module'],
    [/\brequire\s*\(/g, 'require: import'],
  ]
  assert.match(readText('.oxlintrc.json'), /"typescript\/no-explicit-any": "error"/)
  report(
    t,
    files.length,
    100,
    rules.flatMap(([pattern, says]) => findAll(files, pattern, () => says)),
  )
})

test('names of files are kebab-case', t => {
  const paths = ['src', 'test', 'bench', 'scripts', 'docs'].flatMap(filesBelow)
  const isNamedWell = (name: string): boolean =>
    /^(?:[a-z0-9]+(?:-[a-z0-9]+)*)(?:\.[a-z0-9-]+)+$/.test(name) || /^[A-Z]+\.md$/.test(name)
  const vague = /^(?:utils?|helpers?|common|misc|manager)\b/
  const mistakes = paths.filter(
    path => !isNamedWell(posix.basename(path)) || vague.test(posix.basename(path)),
  )
  report(t, paths.length, 100, mistakes)
})

test('the project speaks of no machine and no registry', t => {
  const absolute = ['home', 'root', 'work', 'Users'].map(folder => `(?<![\\w.)}~*-])/${folder}/`)
  const hosts = [
    'registry[.][a-z.-]+[.](?:org|com|net|io|dev)',
    '[a-z]+[.]npmjs[.]',
    'artifactory',
    'verdaccio',
    'npmmirror',
  ]
  const pattern = new RegExp([...absolute, ...hosts].join('|'), 'g')
  const mistakes = everyText.flatMap(path => {
    const text = readText(path)
    if (path === 'test/tidy.test.ts') return []
    return [...text.matchAll(pattern)].map(match => `${path}:${lineOf(text, match.index)} ${match[0]}`)
  })
  report(t, everyText.length, 100, mistakes)
})

test('the lock file names no place that packages were taken from', t => {
  const lock = JSON.parse(readText('package-lock.json')) as {
    packages: Record<string, { resolved?: string }>
  }
  const packages = Object.entries(lock.packages)
  const mistakes = packages.filter(([, { resolved }]) => resolved !== undefined).map(([name]) => name)
  report(t, packages.length, 20, mistakes)
})

test('the lock file holds every platform, or `npm ci` would refuse it', t => {
  const lock = JSON.parse(readText('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const wanted = Object.values(lock.packages).flatMap(({ optionalDependencies }) =>
    Object.keys(optionalDependencies ?? {}),
  )
  const mistakes = wanted.filter(name => lock.packages[`node_modules/${name}`] === undefined)
  report(
    t,
    wanted.length,
    10,
    mistakes.map(name => `${name} is missing: node scripts/complete-lock.mjs`),
  )
})

test('no test is left out without a reason, alone, or waiting for a fixed time', t => {
  const files = everyScript.filter(isTestFile).map(readSource)
  const rules: [RegExp, string][] = [
    [/\.only\s*\(|\bonly:\s*true/g, 'runs alone'],
    [
      /\.(?:skip|todo)\s*\(\s*\)|\b(?:skip|todo):\s*true|\b(?:test|it|describe)\.(?:skip|todo)\s*\(/g,
      'left out without a reason',
    ],
    // A loop that looks again after 10 ms or less waits for its condition.
    [
      /new Promise[^;\n]*\bsetTimeout\s*\((?!\w+, (?:\d|10)\))/g,
      'a fixed wait: wait for the condition, with a deadline',
    ],
  ]
  const mistakes = rules.flatMap(([pattern, says]) => findAll(files, pattern, () => says))
  for (const file of files) {
    const imported = /\bimport\s*\{[^}]*\bsetTimeout(?: as (\w+))?[^}]*\}\s*from/.exec(file.code)
    if (imported === null) continue
    const call = new RegExp(`\\bawait ${imported[1] ?? 'setTimeout'}\\((?!(?:\\d|10)[,)])`, 'g')
    mistakes.push(...findAll([file], call, () => 'a fixed wait: wait for the condition, with a deadline'))
  }
  report(t, files.length, 20, mistakes)
})

test('docs/ARCHITECTURE.md has this table of layers and tells of every folder', t => {
  const text = readText('docs/ARCHITECTURE.md')
  const rows = [...text.matchAll(/^\| ([a-z]+) \| `src\/([^`]+?)(?:\/|\.ts)` \|(?: (.*?))? \|$/gm)]
  const written = rows.map(([, layer, folder, beside = '']) => [
    layer,
    folder,
    [...beside.matchAll(/`([^`]+)`/g)].map(match => match[1]),
  ])
  const here = layers.flatMap(([layer, inside]) =>
    Object.entries(inside).map(([folder, beside]) => [layer, folder, [...beside]]),
  )
  assert.deepEqual(written, here)
  const present = [...new Set(production.map(({ path }) => dirname(path)))].filter(folder => folder !== 'src')
  const untold = present.filter(folder => {
    const known = folderOf(`${folder}/x.ts`)
    return known === undefined || !text.includes(`**src/${known}**`)
  })
  report(t, present.length, 10, untold)
  const gone = [...text.matchAll(/\*\*src\/([^*]+)\*\*/g)]
    .map(match => match[1] ?? '')
    .filter(folder => filesBelow(`src/${folder}`).length === 0)
  assert.deepEqual(gone, [], 'folders that the text tells of and that are not there')
})

test('decisions are numbered 001, 002 … without gaps, and each begins with its number', t => {
  const files = filesBelow('docs/decisions')
  const expected = files.map((_, index) => String(index + 1).padStart(3, '0'))
  assert.deepEqual(
    files.map(path => posix.basename(path).slice(0, 3)),
    expected,
  )
  const mistakes = files.filter(path => !readText(path).startsWith(`# ${posix.basename(path).slice(0, 3)}: `))
  report(t, files.length, 1, mistakes)
})

test('lengths of files, for whoever reads this', t => {
  const lengths = production.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
  lengths.sort((a, b) => a.lines - b.lines)
  const median = lengths[Math.floor(lengths.length / 2)]?.lines
  const longest = lengths.slice(-5).map(({ path, lines }) => `${path} ${lines}`)
  t.diagnostic(`${lengths.length} files, median ${median} lines; longest: ${longest.join(', ')}`)
  assert.ok(lengths.length > 50)
})

function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function packageFile(): { devDependencies?: Record<string, string> } {
  return JSON.parse(readText('package.json')) as { devDependencies?: Record<string, string> }
}
