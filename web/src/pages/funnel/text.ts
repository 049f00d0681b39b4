/** A funnel as TOML, as `flywheel question run` and `--spec` read it. */
import type { FunnelSpec } from '../../api/types'

export function funnelText(funnel: FunnelSpec): string {
  const { window, period, breakdown } = funnel
  const lines = ['kind = "funnel"']
  if (funnel.order) lines.push(`order = ${quoted(funnel.order)}`)
  if (window) lines.push(`window = { count = ${window.count}, unit = ${quoted(window.unit)} }`)
  if (period?.from || period?.to) lines.push(`period = { ${pairs({ from: period.from, to: period.to })} }`)
  if (breakdown) {
    const { property, attribution } = breakdown
    const of = property.of === 'person' ? property.of : undefined
    const under = attribution ? `, attribution = { ${pairs({ kind: attribution.kind })} }` : ''
    lines.push(`breakdown = { property = { ${pairs({ name: property.name, of })} }${under} }`)
  }
  for (const step of funnel.steps) {
    lines.push('', '[[steps]]')
    if (step.event) lines.push(`event = ${quoted(step.event)}`)
  }
  return `${lines.join('\n')}\n`
}

function pairs(values: Record<string, string | null | undefined>): string {
  const there = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return there.map(([name, value]) => `${name} = ${quoted(value)}`).join(', ')
}

/** A basic string; JSON's escapes are TOML's, but for U+007F. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007F')
}
