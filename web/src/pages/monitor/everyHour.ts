/** Hours without a prediction put back between those with some. */
import type { MonitorReport } from '../../api/types'

const HOUR_MILLIS = 3_600_000

type Hours = MonitorReport['by_hour']

export function everyHour(hours: Hours): Hours {
  return hours.flatMap((hour, index) => {
    const before = hours[index - 1]
    if (!before) return [hour]
    const start = Date.parse(before.hour)
    const gap = Math.round((Date.parse(hour.hour) - start) / HOUR_MILLIS) - 1
    const empty = Array.from({ length: Math.max(0, Math.min(gap, 168)) }, (_, step) => ({
      hour: new Date(start + (step + 1) * HOUR_MILLIS).toISOString(),
      count: 0,
    }))
    return [...empty, hour]
  })
}
