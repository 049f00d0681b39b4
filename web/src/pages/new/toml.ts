/** Enough of TOML to colour a line: tables, keys, texts, values, comments. */
export interface Piece {
  kind: 'comment' | 'table' | 'key' | 'text' | 'value' | 'plain'
  text: string
}

const PATTERNS: [Piece['kind'], RegExp][] = [
  ['comment', /^#.*/],
  ['text', /^("(?:[^"\\]|\\.)*"?|'[^']*'?)/],
  ['key', /^[A-Za-z0-9_.-]+(?=\s*=)/],
  ['value', /^(true|false|[+-]?[0-9][0-9_.:eETZ+-]*|inf|nan)\b/],
  ['plain', /^(\s+|[[\]{}=,]|.)/],
]

/** A line in its pieces; together they are the line again. */
export function pieces(line: string): Piece[] {
  if (/^\s*\[\[?[^\]]*\]\]?\s*$/.test(line)) return [{ kind: 'table', text: line }]
  const found: Piece[] = []
  let rest = line
  while (rest !== '') {
    const [kind, text] = first(rest)
    found.push({ kind, text })
    rest = rest.slice(text.length)
  }
  return found
}

function first(rest: string): [Piece['kind'], string] {
  for (const [kind, pattern] of PATTERNS) {
    const match = pattern.exec(rest)
    if (match) return [kind, match[0]]
  }
  return ['plain', rest[0]!]
}
