import { describe, expect, it } from 'vitest'
import { pieces } from './toml'

const kinds = (line: string) => pieces(line).filter((piece) => piece.text.trim() !== '').map((piece) => `${piece.kind}:${piece.text}`)

describe('pieces', () => {
  it('knows the parts of a setting', () => {
    expect(kinds('units = 512 # wide')).toEqual(['key:units', 'plain:=', 'value:512', 'comment:# wide'])
    expect(kinds('kind = "dense"')).toEqual(['key:kind', 'plain:=', 'text:"dense"'])
  })

  it('knows a table from a list', () => {
    expect(kinds('[train]')).toEqual(['table:[train]'])
    expect(kinds('[[network]]')).toEqual(['table:[[network]]'])
    expect(kinds('columns = ["a", "b"]')).toContain('text:"a"')
  })

  it('never loses a letter, however odd the line', () => {
    for (const line of ['', '  ', 'x = "unclosed', "a.b = 'it''s'", '= = = #', '价格 = 1.5e-3', '{a=[1,2],b={c=true}}']) {
      expect(pieces(line).map((piece) => piece.text).join('')).toBe(line)
    }
  })
})
