/**
 * Not served. It needs the coordinates of every client and an answer that changes with a bias no table can show; geolocation and latency
 * tables say the same in the open. A record that was stored all the same is left out with this reason, never answered by chance.
 */
export const geoproximityRefusal =
  'geoproximity routing is not supported; use geolocation, latency or IP-based routing'
