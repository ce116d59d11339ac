/** Bytes or text that are no valid DNS. The one error this folder throws; the reader drops the message or answers FORMERR. */
export class WireError extends Error {
  override name = 'WireError'
}
