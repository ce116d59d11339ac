import type { Conversation, Programs } from '../../base/programs.ts'
import { askNft } from './nft.ts'
import { type Counted, readCounters } from './read-counters.ts'

/** Answers that came in no other way than by a program of its own, until no more are asked for. */
const refusalsMax = 3

export interface CounterReader {
  /**
   * What was counted in these sets since they were last read, or ever when they were not, by name of counter. Undefined: there is no such
   * table. One call at a time.
   */
  take(
    family: string,
    table: string,
    sets: readonly string[],
  ): Promise<ReadonlyMap<string, Counted> | undefined>
  close(): void
}

type Question = readonly string[]

/**
 * Asks one `nft` that goes on, for several sets in one go: to start one is some milliseconds of a processor and holds up this process, which is
 * far more than the kernel takes to tell. What that one does not answer, as when the table is gone, is asked of one that does only this.
 *
 * Counters are listed and never reset: an `nft` that goes on, told to reset them, repeats what it knew of before (1.0.6), where a list is
 * taken from the kernel each time.
 */
export function counterReader(programs: Programs): CounterReader {
  let conversation: Conversation | undefined
  let refusals = 0
  /** Of each set, as it stood when it was last read. */
  const before = new Map<string, ReadonlyMap<string, Counted>>()

  const answers = async (questions: readonly Question[]): Promise<readonly string[] | undefined> => {
    if (refusals >= refusalsMax) return undefined
    conversation ??= programs.converse('nft', ['-j', '-i'])
    const { ask } = conversation
    try {
      return await Promise.all(questions.map(words => ask(words.join(' '), '{"nftables":')))
    } catch {
      conversation = undefined
      return undefined
    }
  }
  const answersOfOthers = async (questions: readonly Question[]): Promise<readonly string[] | undefined> => {
    const texts: string[] = []
    for (const words of questions) {
      const text = await askNft(programs, ...words)
      if (text === undefined) return undefined
      texts.push(text)
    }
    return texts
  }

  return {
    async take(family, table, sets) {
      const questions = sets.map(set => ['list', 'set', family, table, set])
      const told = await answers(questions)
      const texts = told ?? (await answersOfOthers(questions))
      if (told !== undefined) refusals = 0
      else if (texts !== undefined) refusals++
      if (texts === undefined) {
        before.clear()
        return undefined
      }
      const since = new Map<string, Counted>()
      for (const [i, set] of sets.entries()) {
        const counters = readCounters(texts[i] ?? '')
        addSinceThen(since, counters, before.get(set))
        before.set(set, counters)
      }
      return since
    },
    close() {
      conversation?.close()
      conversation = undefined
    },
  }
}

/** A counter that has less than before is another one of that name. */
function addSinceThen(
  since: Map<string, Counted>,
  counters: ReadonlyMap<string, Counted>,
  before: ReadonlyMap<string, Counted> | undefined,
): void {
  for (const [name, { packets, bytes }] of counters) {
    const then = before?.get(name)
    const isOther = then === undefined || packets < then.packets || bytes < then.bytes
    since.set(
      name,
      isOther ? { packets, bytes } : { packets: packets - then.packets, bytes: bytes - then.bytes },
    )
  }
}
