import type { Provisioning } from './provisioning.ts'

/** One kind of resource: made and mended by `apply`, taken away by `destroy`. Each may be cut at any call and run again. */
export interface Step {
  readonly apply: (provisioning: Provisioning) => Promise<void>
  readonly destroy: (provisioning: Provisioning) => Promise<void>
}
