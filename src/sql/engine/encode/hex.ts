const digits = '0123456789abcdef'

/** Two hexadecimal digits for each byte, as they stand in a big-endian word. */
const pairs = Uint16Array.from(
  { length: 256 },
  (_, byte) => (digits.charCodeAt(byte >> 4) << 8) | digits.charCodeAt(byte & 15),
)

export function hexPair(byte: number): number {
  return pairs[byte] ?? 0
}
