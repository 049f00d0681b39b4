/** The last days one beside the other, those without an event included. */
import type { Catalogue, DayCount } from '../../api/types'

const DAY_MILLIS = 86_400_000

/** The day that the bars of every event end on: the last with an event; a clock that runs ahead does not move it. */
export function lastDay(events: Catalogue['events'], now: number): string {
  const today = name(now)
  const past = events.flatMap((event) => event.days.map(({ day }) => day)).filter((day) => day <= today)
  return past.reduce((a, b) => (a > b ? a : b), '') || today
}

/** `count` days up to and with `until`, oldest first. */
export function everyDay(days: DayCount[], until: string, count: number): DayCount[] {
  const known = new Map(days.map((day) => [day.day, day.count]))
  const end = Date.parse(`${until}T00:00:00Z`)
  return Array.from({ length: count }, (_, index) => {
    const day = name(end - (count - 1 - index) * DAY_MILLIS)
    return { day, count: known.get(day) ?? 0 }
  })
}

function name(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
