import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRead } from './is-read.ts'

test('reads may run twice', () => {
  for (const sql of [
    'select 1',
    '(select 1) union (select 2)',
    'WITH a AS (select 1) select * from a',
    'select \'insert into x\' as "delete" -- drop',
    'show all',
    'explain select 1',
    'values (1)',
    'from t',
  ])
    assert.equal(isRead(sql), true, sql)
})

test('anything that may write does not', () => {
  for (const sql of [
    'insert into t values (1)',
    'with a as (delete from t returning *) select * from a',
    'explain analyze delete from t',
    'select * into t from u',
    'set x = 1',
    'begin',
    'select 1; select 2',
    "select 'open",
    '',
  ])
    assert.equal(isRead(sql), false, sql)
})
