import type { Response, SteeredResponse } from './response.ts'

export type Answerable = Response | SteeredResponse

/** One name with every response it can give, made before it is asked. */
export interface ZoneNode {
  readonly byType: ReadonlyMap<number, Answerable>
  /** To any other type: NODATA, an alias (CNAME) whose target has no such type, or a referral. */
  readonly otherwise: Answerable
  readonly any: Response
  /** At a cut, `otherwise` is also the response for every name below. */
  readonly isCut: boolean
  /** Answers for names below that do not exist. */
  readonly wildcard: ZoneNode | undefined
  /** The zone's answer for a name that does not exist. */
  readonly nonexistent: Response
}

/** The part that takes work. */
export type Compiled = Pick<ZoneNode, 'any' | 'byType' | 'otherwise'>

/** Many nodes are made, and few are asked: each is compiled when it first is. */
export class LazyNode implements ZoneNode {
  readonly isCut: boolean
  readonly wildcard: ZoneNode | undefined
  readonly nonexistent: Response
  #compile: (() => Compiled) | undefined
  #compiled: Compiled | undefined
  constructor(
    compile: () => Compiled,
    isCut: boolean,
    wildcard: ZoneNode | undefined,
    nonexistent: Response,
  ) {
    this.#compile = compile
    this.isCut = isCut
    this.wildcard = wildcard
    this.nonexistent = nonexistent
  }
  /** It needs nothing any more of what it was to be made from. */
  get isCompiled(): boolean {
    return this.#compiled !== undefined
  }
  get byType(): ZoneNode['byType'] {
    return this.#get().byType
  }
  get otherwise(): Answerable {
    return this.#get().otherwise
  }
  get any(): Response {
    return this.#get().any
  }
  #get(): Compiled {
    if (this.#compiled !== undefined) return this.#compiled
    const compiled = (this.#compile as () => Compiled)()
    this.#compiled = compiled
    this.#compile = undefined
    return compiled
  }
}
