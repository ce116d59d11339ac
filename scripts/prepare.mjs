// Brings a clone to where it can run: installs from the lock file and builds, each only when something changed since last time.
// Plain JavaScript without dependencies, since it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
process.chdir(root)

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Everport needs Node.js 20.19 or newer; this is ${process.versions.node}.`)
}

installWhenNeeded()
buildWhenNeeded()

function installWhenNeeded() {
  const stamp = 'node_modules/.everport-installed'
  const wanted = digest(['package.json', 'package-lock.json'].map(file => readFileSync(file)))
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log('Installing dependencies (once) …')
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, wanted)
}

function buildWhenNeeded() {
  const stamp = 'dist/.everport-built'
  const sources = [...filesBelow('src'), 'scripts/build.mjs', 'package.json', 'package-lock.json']
  const wanted = digest(sources.flatMap(file => [file, readFileSync(file)]))
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log('Building …')
  run(process.execPath, ['scripts/build.mjs'])
  mkdirSync('dist', { recursive: true })
  writeFileSync(stamp, wanted)
}

function filesBelow(folder) {
  return readdirSync(folder)
    .sort()
    .flatMap(name => {
      const path = join(folder, name)
      return statSync(path).isDirectory() ? filesBelow(path) : [path]
    })
}

function digest(parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex')
}

function run(program, args) {
  const result = spawnSync(program, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (result.status !== 0)
    fail(`${program} ${args.join(' ')} failed${result.error ? `: ${result.error.message}` : ''}.`)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
