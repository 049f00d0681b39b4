import { describe, expect, it } from 'vitest'
import { dropped } from './dropped'

const csv = { name: 'customers.csv' } as File
const data = (files: File[], directory = false) =>
  ({ files, items: files.map(() => ({ webkitGetAsEntry: () => ({ isDirectory: directory }) })) }) as unknown as DataTransfer

describe('what is dropped', () => {
  it.each([
    ['a file is taken', data([csv]), { file: csv }],
    ['a folder is named as such', data([csv], true), { why: 'folder' }],
    ['of several files none is taken silently', data([csv, csv]), { why: 'several' }],
    ['a text is nothing', data([]), undefined],
  ])('%s', (_, given, expected) => expect(dropped(given)).toEqual(expected))
})
