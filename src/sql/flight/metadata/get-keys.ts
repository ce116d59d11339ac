import { arrowField } from '../../arrow/arrow-field.ts'
import { integerColumn, textColumn } from '../../arrow/value-columns.ts'
import { knownRows } from '../result-source.ts'
import type { MetadataCommand } from './metadata-commands.ts'

const text = { kind: 'utf8' } as const
const number = { kind: 'int', bits: 32, signed: true } as const
const rule = { kind: 'int', bits: 8, signed: false } as const
const present = { nullable: false } as const

const primaryKeyFields = [
  arrowField('catalog_name', text),
  arrowField('db_schema_name', text),
  arrowField('table_name', text, present),
  arrowField('column_name', text, present),
  arrowField('key_name', text),
  arrowField('key_sequence', number, present),
]

const foreignKeyFields = [
  ...['pk', 'fk'].flatMap(side => [
    arrowField(`${side}_catalog_name`, text),
    arrowField(`${side}_db_schema_name`, text),
    arrowField(`${side}_table_name`, text, present),
    arrowField(`${side}_column_name`, text, present),
  ]),
  arrowField('key_sequence', number, present),
  arrowField('fk_key_name', text),
  arrowField('pk_key_name', text),
  arrowField('update_rule', rule, present),
  arrowField('delete_rule', rule, present),
]

const none = textColumn([])
const noNumbers = integerColumn([], 4)
const noRules = integerColumn([], 1)

/** CommandGetPrimaryKeys: views have no keys. */
export const getPrimaryKeys: MetadataCommand = () =>
  knownRows(primaryKeyFields, [none, none, none, none, none, noNumbers])

/** CommandGetExportedKeys, CommandGetImportedKeys, CommandGetCrossReference: the same, for both sides. */
export const getForeignKeys: MetadataCommand = () =>
  knownRows(foreignKeyFields, [
    ...Array.from({ length: 8 }, () => none),
    noNumbers,
    none,
    none,
    noRules,
    noRules,
  ])
