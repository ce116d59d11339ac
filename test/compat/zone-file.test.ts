import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { seededRandom } from '../../src/base/random.ts'
import { exportZoneFile } from '../../src/dns/zone-file/export-zone-file.ts'
import { importZoneFile } from '../../src/dns/zone-file/import-zone-file.ts'
import { requireTool } from '../required-tool.ts'
import { masterFile, oddZones, randomZone, route53RecordSets, type TestZone } from './dns-zones.ts'

const run = promisify(execFile)
const seed = 20
const serial = 1

const zones: readonly TestZone[] = [
  ...oddZones(),
  ...Array.from({ length: 10 }, (_, i) => randomZone(seededRandom(seed + i), `z${i}.test.`)),
]

/** A zone file read by us and written by us: one text for all files that mean the same. */
function readAndWritten(text: string, apex: string): string {
  const imported = importZoneFile(text, apex)
  assert.ok(imported.recordSets !== undefined, JSON.stringify(imported))
  return exportZoneFile(apex, imported.recordSets)
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'everport-zone-file-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a zone file by another hand means the record sets that it was made from', () => {
  for (const zone of zones) {
    const written = exportZoneFile(zone.apex, route53RecordSets(zone))
    assert.equal(readAndWritten(masterFile(zone, serial), zone.apex), written)
  }
})

test('NSD reads what we write as we do', async t => {
  if (!requireTool(t, 'nsd-checkzone')) return
  const file = join(folderOf(t), 'zone')
  for (const zone of zones) {
    const written = exportZoneFile(zone.apex, route53RecordSets(zone))
    writeFileSync(file, written)
    const { stdout } = await run('nsd-checkzone', ['-p', zone.apex, file], { maxBuffer: 16 * 1024 * 1024 })
    assert.equal(readAndWritten(stdout, zone.apex), written)
  }
})
