/** Numbers, durations, sizes and moments as a person reads them. */
import type { Estimate, MetricName } from './api/types'
import type { Tongue } from './language'

/** Metrics that are shares of one and read best as a percentage. */
const SHARES: ReadonlySet<MetricName> = new Set([
  'accuracy', 'balanced_accuracy', 'precision', 'recall', 'calibration_error',
])

/** Metrics in the unit of what is predicted. */
const AMOUNTS: ReadonlySet<MetricName> = new Set(['rmse', 'mae'])

const locale = (tongue: Tongue) => (tongue === 'zh' ? 'zh-CN' : 'en-GB')

/** A count with thousands apart: 60,000. */
export function count(value: number, tongue: Tongue): string {
  return new Intl.NumberFormat(locale(tongue)).format(value)
}

/** A measurement with as many digits as say something: 0.0312, 14.2, 1,203. */
export function number(value: number, tongue: Tongue): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(2)
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4
  return new Intl.NumberFormat(locale(tongue), { maximumFractionDigits: digits }).format(value)
}

/** A share as a percentage, with one digit after the point unless told otherwise. */
export function percent(share: number, tongue: Tongue, digits = 1): string {
  if (!Number.isFinite(share)) return '–'
  const format = { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits } as const
  return new Intl.NumberFormat(locale(tongue), format).format(share)
}

/** A metric's value in its own unit. */
export function metricValue(metric: MetricName, value: number | null | undefined, tongue: Tongue): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  if (SHARES.has(metric)) return percent(value, tongue, 1)
  if (AMOUNTS.has(metric)) return number(value, tongue)
  return fixed(value, digitsOf(metric, value), tongue)
}

/** Close to one, which no score passes, the third digit hides the difference. */
function digitsOf(metric: MetricName, value: number): number {
  return metric !== 'log_loss' && value > 0.995 && value < 1 ? 4 : 3
}

function fixed(value: number, digits: number, tongue: Tongue): string {
  return new Intl.NumberFormat(locale(tongue), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
}

/** A 95% interval: 97.5–98.1%. */
export function interval(metric: MetricName, estimate: Estimate, tongue: Tongue): string {
  if (!SHARES.has(metric) && !AMOUNTS.has(metric)) {
    // Both ends with the digits of the value that they enclose.
    const digits = digitsOf(metric, estimate.value)
    return `${fixed(estimate.low, digits, tongue)}–${fixed(estimate.high, digits, tongue)}`
  }
  const low = metricValue(metric, estimate.low, tongue)
  const high = metricValue(metric, estimate.high, tongue)
  return SHARES.has(metric) ? `${low.replace('%', '')}–${high}` : `${low}–${high}`
}

/** A name as it stands inside a sentence: "the best accuracy", but "the best AUC". */
export function inSentence(name: string): string {
  return /^[A-Z][a-z]/.test(name) ? name[0]!.toLowerCase() + name.slice(1) : name
}

/** A duration in the two largest units that matter: 3 d 4 h, 1 h 20 min, 3 min 5 s, 7.2 s, 40 ms. */
export function duration(secs: number, tongue: Tongue): string {
  if (!Number.isFinite(secs) || secs < 0) return '–'
  const units = tongue === 'zh' ? { d: ' 天', h: ' 小时', m: ' 分', s: ' 秒', ms: ' 毫秒' } : { d: ' d', h: ' h', m: ' min', s: ' s', ms: ' ms' }
  if (secs < 0.001) return `<1${units.ms}`
  if (secs < 1) return `${Math.round(secs * 1000)}${units.ms}`
  if (secs < 60) return `${secs < 10 ? Number(secs.toFixed(1)) : Math.round(secs)}${units.s}`
  const whole = Math.round(secs)
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  if (hours >= 24) return hours % 24 > 0 ? `${Math.floor(hours / 24)}${units.d} ${hours % 24}${units.h}` : `${hours / 24}${units.d}`
  if (hours > 0) return minutes > 0 ? `${hours}${units.h} ${minutes}${units.m}` : `${hours}${units.h}`
  return whole % 60 > 0 ? `${minutes}${units.m} ${whole % 60}${units.s}` : `${minutes}${units.m}`
}

/** Bytes in the unit that keeps the number small: 18 KiB, 4.1 MiB. */
export function bytes(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let unit = 0
  let value = size
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : Number(value.toFixed(1))} ${units[unit]}`
}

/** Microseconds as a latency: 38 µs, 1.4 ms. */
export function latency(micros: number, tongue: Tongue): string {
  return micros < 1000 ? `${Math.round(micros)} µs` : `${number(micros / 1000, tongue)} ms`
}

/** A moment, to the minute, in the reader's time zone; `RFC 3339` in. */
export function moment(at: string, tongue: Tongue): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return at
  return new Intl.DateTimeFormat(locale(tongue), { dateStyle: 'medium', timeStyle: 'short' }).format(date)
}

/** How long ago: "3 minutes ago", "3分钟前". */
export function ago(at: string, now: number, tongue: Tongue): string {
  const secs = (now - new Date(at).getTime()) / 1000
  if (!Number.isFinite(secs)) return at
  const format = new Intl.RelativeTimeFormat(tongue === 'zh' ? 'zh-CN' : 'en', { numeric: 'auto' })
  if (secs < 60) return format.format(0, 'second')
  if (secs < 3600) return format.format(-Math.round(secs / 60), 'minute')
  if (secs < 86_400) return format.format(-Math.round(secs / 3600), 'hour')
  return format.format(-Math.round(secs / 86_400), 'day')
}
