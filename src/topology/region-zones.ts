import { zoneLetters } from './address-plan.ts'

/** Every zone that the plan of addresses has a place for, as `us-east-1a`. */
export function regionZones(region: string): string[] {
  return zoneLetters.split('').map(letter => `${region}${letter}`)
}

/** AWS's short form of the region and the zone's number: `use1-az1`. */
export function zoneId(zone: string): string {
  const found = /^([a-z]{2})-(.+)-([0-9])([a-z])$/.exec(zone)
  if (found === null) return zone
  const [, area, words = '', number, letter = 'a'] = found
  const initials = words.split('-').map(word => word[0])
  return `${area}${initials.join('')}${number}-az${letter.charCodeAt(0) - 96}`
}
