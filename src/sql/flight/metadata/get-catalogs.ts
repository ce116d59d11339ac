import { arrowField } from '../../arrow/arrow-field.ts'
import { textColumn } from '../../arrow/value-columns.ts'
import { knownRows } from '../result-source.ts'
import type { MetadataCommand } from './metadata-commands.ts'

const fields = [arrowField('catalog_name', { kind: 'utf8' }, { nullable: false })]

/** CommandGetCatalogs: the one database there is. */
export const getCatalogs: MetadataCommand = (_value, { database }) =>
  knownRows(fields, [textColumn([database])])
