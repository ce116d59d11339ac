/** Of one chunk of the engine's, or less: what is computed whole is outside of the bound of memory. */
const smallRowsMax = 2_048

/** By its own words. */
export function isSmall({ rowsMax }: { readonly rowsMax: number | undefined }): boolean {
  return rowsMax !== undefined && rowsMax <= smallRowsMax
}
