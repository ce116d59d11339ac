import { type DnsStatus, dnsStatusKey, dnsStatusPrefix } from '../resources/status.ts'
import type { Snapshot } from '../store/store.ts'

/** Serials that another server says: servers that answer alike come to count alike. */
export function peerSerials(roleName: string): { hasNews(key: string, snapshot: Snapshot): boolean } {
  const told = new Map<string, string>()
  return {
    hasNews(key, snapshot) {
      if (!key.startsWith(dnsStatusPrefix) || key === dnsStatusKey(roleName)) return false
      const zones = JSON.stringify(snapshot.get<DnsStatus>(key)?.value.zones)
      if (told.get(key) === zones) return false
      told.set(key, zones)
      return true
    },
  }
}
