// npm run bench -- NAME: runs bench/NAME.ts (or bench/NAME/main.ts). Without a name it lists them.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'

const [name, ...rest] = process.argv.slice(2)
const file = [`bench/${name}.ts`, `bench/${name}/main.ts`].find(
  path => name !== undefined && existsSync(path),
)
if (file === undefined) {
  const names = readdirSync('bench').map(entry => entry.replace(/\.ts$/, ''))
  console.error(
    `${name === undefined ? 'Which benchmark?' : `No benchmark ${name}.`} There are: ${names.join(', ')}`,
  )
  process.exit(2)
}
const result = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', file, ...rest], {
  stdio: 'inherit',
})
process.exit(result.status ?? 1)
