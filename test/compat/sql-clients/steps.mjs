import { readFileSync } from 'node:fs'

/** Tells a step: its name, a tab, and a JSON value or {"error": …}. */
export async function step(name, task) {
  let told
  try {
    told = await task()
  } catch (error) {
    told = { error: error.code ?? String(error.message ?? error) }
  }
  const text = JSON.stringify(told, (_, value) => (typeof value === 'bigint' ? String(value) : value))
  process.stdout.write(`${name}\t${text}\n`)
}

export function values() {
  return readFileSync(new URL('./values.tsv', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => line.split('\t'))
}
