/** The settings in which two recipes differ, read line by line. */
export interface Difference {
  /** The setting's path, such as `train.epochs` or `network.0.units`. */
  path: string
  one?: string
  two?: string
}

export function differences(one: string, two: string): Difference[] {
  const first = settings(one)
  const second = settings(two)
  return [...new Set([...first.keys(), ...second.keys()])]
    .filter((path) => first.get(path) !== second.get(path))
    .map((path) => ({ path, one: first.get(path), two: second.get(path) }))
}

/** Every setting of a recipe by its path; lists over several lines are joined. */
export function settings(recipe: string): Map<string, string> {
  const found = new Map<string, string>()
  const lengths = new Map<string, number>()
  let table = ''
  let open: { path: string; text: string } | undefined
  for (const raw of recipe.split('\n')) {
    const line = withoutComment(raw).trim()
    if (line === '') continue
    if (open) {
      open.text += ` ${line}`
    } else if (line.startsWith('[[')) {
      const name = line.replace(/^\[\[|\]\]$/g, '').trim()
      const index = lengths.get(name) ?? 0
      lengths.set(name, index + 1)
      table = `${name}.${index}.`
      continue
    } else if (line.startsWith('[')) {
      table = `${line.replace(/^\[|\]$/g, '').trim()}.`
      continue
    } else {
      const at = line.indexOf('=')
      if (at < 0) continue
      open = { path: table + line.slice(0, at).trim(), text: line.slice(at + 1).trim() }
    }
    if (depth(open.text) > 0) continue
    found.set(open.path, open.text)
    open = undefined
  }
  return found
}

/** How many brackets are still open, those inside texts not counted. */
function depth(text: string): number {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '')
  return (bare.match(/[[{]/g)?.length ?? 0) - (bare.match(/[\]}]/g)?.length ?? 0)
}

function withoutComment(line: string): string {
  return /^((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^#"'])*)/.exec(line)?.[1] ?? line
}
