import { type Endpoint, formatEndpoint, type Listening, type Network } from '../../base/network.ts'
import type { SentListener } from '../../base/worker-processes.ts'
import type { FromWorker } from './messages.ts'

type Listen = Network['listen']

interface Lent {
  readonly at: Endpoint
  readonly options: Parameters<Listen>[1]
  readonly accept: Parameters<Listen>[2]
  open: Listening | undefined
}

/** A worker's listeners: each is wanted first, and open as long as the first process lends its socket. */
export class LentListeners {
  readonly #say: (message: FromWorker) => void
  readonly #wanted = new Map<string, Lent>()

  constructor(say: (message: FromWorker) => void) {
    this.#say = say
  }

  /** In place of the network's; resolves at once. */
  readonly listen: Listen = (at, options, accept) => {
    const lent: Lent = { at, options, accept, open: undefined }
    this.#wanted.set(formatEndpoint(at), lent)
    this.#say({ kind: 'wants', at })
    return Promise.resolve({ at, close: () => this.#giveBack(lent) })
  }

  /** A socket has come. One that nobody wants any more is closed. */
  take(at: Endpoint, listener: SentListener): void {
    const lent = this.#wanted.get(formatEndpoint(at))
    if (lent === undefined || lent.open !== undefined) listener.close()
    else lent.open = listener.open(lent.options, lent.accept)
  }

  /** The socket is taken back; another may come. */
  async release(at: Endpoint): Promise<void> {
    const lent = this.#wanted.get(formatEndpoint(at))
    const open = lent?.open
    if (lent !== undefined) lent.open = undefined
    await open?.close()
  }

  async #giveBack(lent: Lent): Promise<void> {
    const name = formatEndpoint(lent.at)
    if (this.#wanted.get(name) === lent) this.#wanted.delete(name)
    const { open } = lent
    lent.open = undefined
    await open?.close()
    this.#say({ kind: 'returned', at: lent.at })
  }
}
