import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** A program of somebody else's client library, and how it is run. */
export interface ClientProgram {
  /** As the matrix names it. */
  readonly name: string
  /** Where it comes from: a Debian package, or a registry by `.ci/clients`. */
  readonly origin: string
  readonly command: string
  readonly args: readonly string[]
  /** Files or programs without which it cannot run. */
  readonly needs: readonly string[]
}

const folder = resolve('test/compat/sql-clients')
const installed = resolve('.clients')
const at = (name: string): string => join(folder, name)
const debianPython = '/usr/bin/python3'
const newestPython = join(installed, 'sql-python/bin/python')
const debianPackages = '/usr/lib/python3/dist-packages'
const debianJdbc = '/usr/share/java/postgresql.jar'
const newestJdbc = join(installed, 'jdbc/postgresql.jar')

export const clientPrograms: readonly ClientProgram[] = [
  python('psycopg2', 'Debian python3-psycopg2', debianPython, ['psycopg-2.py'], ['psycopg2']),
  python(
    'SQLAlchemy 1.4',
    'Debian python3-sqlalchemy',
    debianPython,
    ['sqlalchemy-reflection.py', 'psycopg2'],
    ['sqlalchemy'],
  ),
  python(
    'psqlODBC',
    'Debian odbc-postgresql',
    debianPython,
    ['odbc.py', 'PostgreSQL Unicode'],
    ['pyodbc.cpython-311-x86_64-linux-gnu.so'],
  ),
  java('pgJDBC of Debian', 'Debian libpostgresql-jdbc-java', debianJdbc),
  java('pgJDBC', 'Maven org.postgresql:postgresql', newestJdbc),
  { ...python('psycopg 3', 'PyPI psycopg', newestPython, ['psycopg-3.py'], []), needs: [newestPython] },
  {
    ...python('SQLAlchemy 2', 'PyPI SQLAlchemy', newestPython, ['sqlalchemy-reflection.py', 'psycopg'], []),
    needs: [newestPython],
  },
  {
    name: 'pgx',
    origin: 'Go github.com/jackc/pgx/v5',
    command: join(installed, 'pgx'),
    args: [at('values.tsv')],
    needs: [join(installed, 'pgx')],
  },
  node('node-postgres', 'npm pg', 'node-pg.mjs'),
  node('postgres.js', 'npm postgres', 'postgres-js.mjs'),
]

/** What is missing for it to run. */
export function missingFor({ needs }: ClientProgram): string[] {
  return needs.filter(file => !existsSync(file))
}

function python(
  name: string,
  origin: string,
  command: string,
  [script = '', ...args]: readonly string[],
  packages: readonly string[],
): ClientProgram {
  const needs = [command, ...packages.map(file => join(debianPackages, file))]
  // Without files of compiled code beside the scripts, which would hold the path of this machine.
  return { name, origin, command, args: ['-B', at(script), ...args], needs }
}

function java(name: string, origin: string, driver: string): ClientProgram {
  return {
    name,
    origin,
    command: 'java',
    args: ['-cp', driver, at('jdbc-client.java'), at('values.tsv')],
    needs: [driver],
  }
}

function node(name: string, origin: string, script: string): ClientProgram {
  return { name, origin, command: process.execPath, args: [at(script)], needs: [] }
}
