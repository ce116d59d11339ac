import type { HealthCheckType } from '@aws-sdk/client-route-53'
import { nearest } from '../../base/nearest.ts'
import { isFilePath, isWithinFolder } from '../../base/password-file.ts'
import { healthCheckTags } from '../../resources/health-checks.ts'
import type { Attributes } from '../../resources/load-balancing.ts'
import { checkRanges, type Range } from './check-ranges.ts'

const numbers: Readonly<Record<string, Range>> = {
  [healthCheckTags.intervalMilliseconds]: checkRanges.intervalMilliseconds,
  [healthCheckTags.timeoutMilliseconds]: checkRanges.timeoutMilliseconds,
  [healthCheckTags.riseThreshold]: checkRanges.failureThreshold,
  [healthCheckTags.fallThreshold]: checkRanges.failureThreshold,
  [healthCheckTags.quorumPercent]: checkRanges.quorumPercent,
}
const sqlTags: readonly string[] = [
  healthCheckTags.sqlUser,
  healthCheckTags.sqlPasswordFile,
  healthCheckTags.sqlDatabase,
  healthCheckTags.sqlQuery,
  healthCheckTags.sqlExpect,
]
const known: readonly string[] = Object.values(healthCheckTags)

/** Every mistake in the tags that begin `everport.`; others are the user's own. */
export function tagMistakes(tags: Attributes, type: HealthCheckType): string[] {
  const isSql = tags[healthCheckTags.probe] === 'sql'
  return Object.entries(tags).flatMap(([key, value]) => {
    if (!key.startsWith('everport.')) return []
    if (!known.includes(key)) {
      const near = nearest(key, known)
      return [`There is no tag ${key}${near === undefined ? '' : `. Did you mean ${near}?`}`]
    }
    const range = numbers[key]
    if (range !== undefined && !isWithin(value, range))
      return [`Tag ${key}: '${value}' is not a whole number from ${range.min} to ${range.max}`]
    if (key === healthCheckTags.immediateReprobe && value !== 'true' && value !== 'false')
      return [`Tag ${key}: '${value}' is neither 'true' nor 'false'`]
    if (key === healthCheckTags.probe) return probeMistakes(tags, value, type)
    // Whoever mistakes it for the password itself must not find it in an error.
    if (key === healthCheckTags.sqlPasswordFile && !isFilePath(value))
      return [`Tag ${key}: its value is not the absolute path of a file with the password`]
    return !isSql && sqlTags.includes(key) ? [`Tag ${key} needs the tag ${healthCheckTags.probe} = sql`] : []
  })
}

/** `folder`: the one that passwords may be read from. */
export function passwordFileMistakes(tags: Attributes, folder: string): string[] {
  const { sqlPasswordFile } = healthCheckTags
  const file = tags[sqlPasswordFile]
  if (file === undefined || isWithinFolder(file, folder)) return []
  return [
    `Tag ${sqlPasswordFile}: the file must be in ${folder}, the one folder of the name servers' machines that passwords are read from`,
  ]
}

function probeMistakes(tags: Attributes, value: string, type: HealthCheckType): string[] {
  if (value !== 'sql') return [`Tag ${healthCheckTags.probe}: '${value}' is not a probe; there is 'sql'`]
  return [
    ...(type === 'TCP'
      ? []
      : [`Tag ${healthCheckTags.probe} = sql needs a health check of type TCP, not ${type}`]),
    ...((tags[healthCheckTags.sqlUser] ?? '') === ''
      ? [`Tag ${healthCheckTags.probe} = sql needs the tag ${healthCheckTags.sqlUser}`]
      : []),
  ]
}

function isWithin(value: string, { min, max }: Range): boolean {
  return /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max
}
