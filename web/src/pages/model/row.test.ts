import { describe, expect, it } from 'vitest'
import type { InputField } from '../../api/types'
import { blank, fitsNumber, rowOf, usual } from './row'

const INPUTS: InputField[] = [
  { name: 'tenure', kind: 'number', example: '29', range: [0, 72] },
  { name: 'contract', kind: 'category', categories: ['monthly', 'yearly'] },
  { name: 'paperless', kind: 'boolean', example: 'true' },
  { name: 'since', kind: 'time' },
]

describe('a row', () => {
  it('starts from usual values', () => {
    expect(usual(INPUTS)).toEqual({ tenure: '29', contract: 'monthly', paperless: 'true', since: '' })
  })

  it('is sent in the types of its columns', () => {
    expect(rowOf(INPUTS, usual(INPUTS))).toEqual({ tenure: 29, contract: 'monthly', paperless: true, since: null })
  })

  it('sends what is empty as missing', () => {
    expect(rowOf(INPUTS, blank(INPUTS))).toEqual({ tenure: null, contract: null, paperless: null, since: null })
  })

  it('takes numbers and nothing else in a column of numbers', () => {
    expect(['12.5', ' -3 ', '1e3', '', 'two', '1,000', '12 %'].map(fitsNumber)).toEqual([true, true, true, true, false, false, false])
  })

  it('leaves a mistake for the server to name', () => {
    expect(rowOf(INPUTS, { tenure: 'two', paperless: 'perhaps' })).toMatchObject({ tenure: 'two', paperless: 'perhaps' })
  })
})
