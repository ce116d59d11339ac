import type { FollowedProgram, Following } from '../base/programs.ts'

/** Programs that are followed, in memory: a test says what they print and when they end. */
export class FollowedPrograms {
  readonly all: FollowedCall[] = []

  follow(program: string, args: readonly string[], hears: FollowedProgram): Following {
    const call = new FollowedCall([program, ...args].join(' '), hears)
    this.all.push(call)
    return call
  }

  get last(): FollowedCall {
    const last = this.all.at(-1)
    if (last === undefined) throw new Error('no program is followed')
    return last
  }
}

class FollowedCall implements Following {
  readonly command: string
  isPaused = false
  isOver = false
  readonly #hears: FollowedProgram

  constructor(command: string, hears: FollowedProgram) {
    this.command = command
    this.#hears = hears
  }

  /** Prints a line; whether somebody reads it. */
  print(text: string): boolean {
    if (this.isOver || this.isPaused) return false
    this.#hears.line(text)
    return true
  }

  end(why: string): void {
    if (this.isOver) return
    this.isOver = true
    this.#hears.ended(why)
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  stop(): void {
    this.isOver = true
  }
}
