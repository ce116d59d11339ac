import { arrowField } from '../../arrow/arrow-field.ts'
import {
  booleanColumn,
  denseUnionColumn,
  integerColumn,
  listColumn,
  structColumn,
  textColumn,
} from '../../arrow/value-columns.ts'
import { sqlCodec } from '../any-message.ts'
import type { FlightContext } from '../flight-context.ts'
import { knownRows } from '../result-source.ts'
import type { MetadataCommand } from './metadata-commands.ts'

const command = sqlCodec<{ info: readonly number[] }>('CommandGetSqlInfo')

const int32 = { kind: 'int', bits: 32, signed: true } as const
const entries = arrowField(
  'entries',
  { kind: 'struct' },
  {
    nullable: false,
    children: [
      arrowField('key', int32, { nullable: false }),
      arrowField('value', { kind: 'list' }, { children: [arrowField('$data$', int32)] }),
    ],
  },
)

/** As the comment above CommandGetSqlInfo has it. */
const fields = [
  arrowField('info_name', { kind: 'int', bits: 32, signed: false }, { nullable: false }),
  arrowField(
    'value',
    { kind: 'union', mode: 'dense' },
    {
      nullable: false,
      children: [
        arrowField('string_value', { kind: 'utf8' }),
        arrowField('bool_value', { kind: 'bool' }),
        arrowField('bigint_value', { kind: 'int', bits: 64, signed: true }),
        arrowField('int32_bitmask', int32),
        arrowField('string_list', { kind: 'list' }, { children: [arrowField('item', { kind: 'utf8' })] }),
        arrowField('int32_to_int32_list_map', { kind: 'map' }, { children: [entries] }),
      ],
    },
  ),
]

/** Numbers of the union's members. */
const tags = { text: 0, truth: 1, bigint: 2, bits: 3, list: 4 } as const

type Info =
  | { readonly text: string }
  | { readonly truth: boolean }
  | { readonly bits: number }
  | { readonly bigint: number }
  | { readonly list: readonly string[] }

/** Numbers of SqlInfo in FlightSql.proto. */
function infos({ version }: FlightContext): ReadonlyMap<number, Info> {
  return new Map<number, Info>([
    [0, { text: 'Everport' }],
    [1, { text: version }],
    [2, { text: 'V5' }],
    // Read-only, SQL but not Substrait, no transactions, cancel but no ingestion.
    [3, { truth: true }],
    [4, { truth: true }],
    [5, { truth: false }],
    [8, { bits: 0 }],
    [9, { truth: true }],
    [10, { truth: false }],
    [100, { bits: 0 }],
    [101, { bits: 0 }],
    // No CREATE and DROP of catalogs, schemas and tables.
    [500, { truth: false }],
    [501, { truth: false }],
    [502, { truth: false }],
    // Names are folded to lower case (3), and found in any case where they are quoted (1).
    [503, { bits: 3 }],
    [504, { text: '"' }],
    [505, { bits: 1 }],
    [506, { truth: true }],
    // Nulls sort as the largest value.
    [507, { bits: 0 }],
    [508, { list: keywords }],
    [509, { list: ['abs', 'ceil', 'exp', 'floor', 'ln', 'mod', 'power', 'round', 'sign', 'sqrt', 'trunc'] }],
    [
      510,
      {
        list: [
          'concat',
          'left',
          'length',
          'lower',
          'position',
          'replace',
          'right',
          'substring',
          'trim',
          'upper',
        ],
      },
    ],
    [511, { list: ['current_database', 'current_schema', 'version'] }],
    [512, { list: ['current_date', 'current_timestamp', 'date_part', 'date_trunc', 'extract', 'now'] }],
    [513, { text: '\\' }],
    [514, { text: '$' }],
    [515, { truth: true }],
    [516, { truth: true }],
  ])
}

/** Of the engine, beyond SQL:2003. */
const keywords = [
  'anti',
  'asof',
  'exclude',
  'ilike',
  'limit',
  'offset',
  'pivot',
  'positional',
  'qualify',
  'replace',
  'semi',
  'summarize',
  'unpivot',
]

/** CommandGetSqlInfo: what was asked for and is known, or all of it. */
export const getSqlInfo: MetadataCommand = (value, context) => {
  const { info: asked } = command.decode(value)
  const all = [...infos(context)]
  const rows = asked.length === 0 ? all : all.filter(([name]) => asked.includes(name))
  const found = rows.map(([, info]) => info)
  const texts = found.flatMap(info => ('text' in info ? [info.text] : []))
  const truths = found.flatMap(info => ('truth' in info ? [info.truth] : []))
  const bigints = found.flatMap(info => ('bigint' in info ? [info.bigint] : []))
  const bits = found.flatMap(info => ('bits' in info ? [info.bits] : []))
  const lists = found.flatMap(info => ('list' in info ? [info.list] : []))
  const noMap = listColumn<never>([], () =>
    structColumn(0, [integerColumn([], 4), listColumn<never>([], () => integerColumn([], 4))]),
  )
  return knownRows(fields, [
    integerColumn(
      rows.map(([name]) => name),
      4,
    ),
    denseUnionColumn(found.map(tagOf), [
      textColumn(texts),
      booleanColumn(truths),
      integerColumn(bigints, 8),
      integerColumn(bits, 4),
      listColumn(lists, textColumn),
      noMap,
    ]),
  ])
}

function tagOf(info: Info): number {
  if ('text' in info) return tags.text
  if ('truth' in info) return tags.truth
  if ('bits' in info) return tags.bits
  return 'list' in info ? tags.list : tags.bigint
}
