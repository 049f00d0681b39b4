/** Arrivals sorted for reading: the newest of two lists, and those kept aside by their reason. */
import type { AsideReport, SeenEvent } from '../../api/types'

/** The newest of several lists, each event once, by when it arrived. */
export function newestOf(lists: SeenEvent[][], most: number): SeenEvent[] {
  const known = new Map<string, SeenEvent>()
  for (const event of lists.flat()) if (!known.has(event.uuid)) known.set(event.uuid, event)
  return [...known.values()].sort((a, b) => Date.parse(b.received) - Date.parse(a.received)).slice(0, most)
}

export interface Reason {
  /** The newest arrival, whose words speak for all. */
  newest: AsideReport
  count: number
  sources: string[]
}

/** What was kept aside, one entry a reason, most frequent first. */
export function byReason(asides: AsideReport[]): Reason[] {
  const reasons = new Map<string, Reason>()
  for (const aside of asides) {
    const known = reasons.get(aside.reason.en)
    if (!known) {
      reasons.set(aside.reason.en, { newest: aside, count: 1, sources: [aside.source] })
      continue
    }
    known.count += 1
    if (Date.parse(aside.at) > Date.parse(known.newest.at)) known.newest = aside
    if (!known.sources.includes(aside.source)) known.sources.push(aside.source)
  }
  return [...reasons.values()].sort((a, b) => b.count - a.count || a.newest.reason.en.localeCompare(b.newest.reason.en))
}

/** JSON with a line for each part; what is no JSON stays as it is. */
export function indented(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2)
  } catch {
    return raw
  }
}
