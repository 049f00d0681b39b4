import { describe, expect, it } from 'vitest'
import { differences, settings } from './differences'

const RECIPE = `name = "digits" # the model
[data]
table = "mnist"
leave_out = [
  "id",
  "note", # a remark
]
[[network]]
kind = "dense"
units = 512
[[network]]
kind = "dense"
units = 10
[train]
epochs = 10
`

describe('settings', () => {
  it('finds every setting by its path', () => {
    expect([...settings(RECIPE)]).toEqual([
      ['name', '"digits"'],
      ['data.table', '"mnist"'],
      ['data.leave_out', '[ "id", "note", ]'],
      ['network.0.kind', '"dense"'],
      ['network.0.units', '512'],
      ['network.1.kind', '"dense"'],
      ['network.1.units', '10'],
      ['train.epochs', '10'],
    ])
  })

  it('does not take a hash or a bracket inside a text for what it is outside', () => {
    expect([...settings('a = "x # [ y"\nb = 1')]).toEqual([['a', '"x # [ y"'], ['b', '1']])
  })
})

describe('differences', () => {
  it('names what changed, what is new and what is gone', () => {
    const other = RECIPE.replace('units = 512', 'units = 1024').replace('epochs = 10', 'seed = 3')
    expect(differences(RECIPE, other)).toEqual([
      { path: 'network.0.units', one: '512', two: '1024' },
      { path: 'train.epochs', one: '10', two: undefined },
      { path: 'train.seed', one: undefined, two: '3' },
    ])
  })

  it('finds nothing where only comments and blanks differ', () => {
    expect(differences(RECIPE, RECIPE.replace('# the model', '').replace('[train]', '\n[train]'))).toEqual([])
  })
})
