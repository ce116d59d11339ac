import { arrowField } from '../../arrow/arrow-field.ts'
import { textColumn } from '../../arrow/value-columns.ts'
import { knownRows } from '../result-source.ts'
import type { MetadataCommand } from './metadata-commands.ts'

const fields = [arrowField('table_type', { kind: 'utf8' }, { nullable: false })]

export const tableTypes = ['TABLE', 'VIEW'] as const

/** CommandGetTableTypes. */
export const getTableTypes: MetadataCommand = () => knownRows(fields, [textColumn(tableTypes)])
