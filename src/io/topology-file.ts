import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { passwordFolderDefault } from '../base/password-file.ts'
import type { TopologyFacts } from '../topology/desired-state.ts'
import type { Mistake } from '../topology/mistakes.ts'
import { readTopology, type TopologyReading } from '../topology/read-topology.ts'
import type { Topology } from '../topology/topology.ts'
import { topologyFileLimits } from '../topology/topology-schema.ts'

/** Reads and checks the file at a path, which messages show as it was given. A file that cannot be read is one mistake more. */
export function loadTopology(file: string): TopologyReading {
  const text = readText(file)
  if (typeof text !== 'string') return { mistakes: [text] }
  return readTopology(text, file, path => isFile(resolve(dirname(file), path)))
}

/** `stateDir`: of the agent that works by the file; undefined for one who only tells others of it. */
export function topologyFacts(
  topology: Topology,
  topologyFile: string,
  stateDir: string | undefined,
): TopologyFacts {
  const folder = resolve(dirname(topologyFile))
  const own = stateDir === undefined ? undefined : passwordFolderDefault(stateDir)
  const { passwordFolder: given } = topology
  return {
    folder,
    catalogFile: resolve(folder, topology.catalog),
    passwordFolder: given === undefined ? own : resolve(folder, given),
  }
}

function readText(file: string): string | Mistake {
  const mistake = (found: string, expected: string): Mistake => ({
    file,
    line: 1,
    column: 1,
    width: 1,
    sourceLine: undefined,
    where: '',
    found,
    expected,
  })
  try {
    const about = statSync(file)
    if (about.isDirectory()) return mistake('a folder', 'a topology file')
    if (!about.isFile()) return mistake('something that is no file', 'a topology file')
    if (about.size > topologyFileLimits.bytesMax)
      return mistake(`a file of ${about.size} bytes`, `at most ${topologyFileLimits.bytesMax}`)
    // A damaged character would otherwise pass as a question mark nobody typed.
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return mistake('no file', 'a topology file')
    if (code === 'EACCES' || code === 'EPERM')
      return mistake('a file that may not be read', 'permission to read it')
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      return mistake('bytes that are not UTF-8', 'a text file in UTF-8')
    return mistake(`a file that cannot be read (${code ?? String(error)})`, 'a topology file')
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
