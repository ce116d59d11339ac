/** One thing that is wrong in a zone file. Lines and columns count from 1. */
export interface ZoneFileMistake {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** More are not told: the file is of some other kind. */
export const mistakesMax = 100
