// Runs the tests: all of them, or those whose path contains one of the given words. `npm test -- dns sim`
// Tests that start whole systems come last and one at a time: they measure waits, and would take each other's processor.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const words = process.argv.slice(2).filter(word => !word.startsWith('-'))
const options = process.argv.slice(2).filter(word => word.startsWith('-'))
const files = ['src', 'test']
  .flatMap(filesBelow)
  .filter(file => file.endsWith('.test.ts'))
  .filter(file => words.length === 0 || words.some(word => file.includes(word)))
if (files.length === 0) {
  console.error(`No test file matches: ${words.join(' ')}`)
  process.exit(1)
}
const isWholeSystem = file => /^test[\\/](system|compat|readme)/.test(file)
const rounds = [
  { files: files.filter(file => !isWholeSystem(file)), concurrency: 2 },
  { files: files.filter(isWholeSystem), concurrency: 1 },
]
let status = 0
for (const round of rounds) {
  if (round.files.length === 0) continue
  const { status: ended } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--test', `--test-concurrency=${round.concurrency}`, ...options, ...round.files],
    { stdio: 'inherit', env: { ...process.env, UV_THREADPOOL_SIZE: '16' } },
  )
  if (ended !== 0) status = ended ?? 1
}
process.exit(status)

function filesBelow(folder) {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesBelow(path) : [path]
  })
}
