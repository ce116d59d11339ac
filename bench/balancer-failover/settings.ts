export const ports = { service: 7000, health: 7001 } as const

export const clients = 200
/** Between an answer and the next question. */
export const thinkMs = 50
/** After a failure, before the next try. */
export const retryMs = 5
/** Of both our checks and HAProxy's. */
export const checkIntervalMs = 200
