/** Predictions by hour, from the first to the last, empty hours included. */
import { useTranslation } from 'react-i18next'
import type { MonitorReport } from '../../api/types'
import { Histogram } from '../../charts/Histogram'
import { count, moment } from '../../format'
import { useTongue } from '../../language'
import { everyHour } from './everyHour'
import classes from './Hours.module.css'

export function Hours({ hours }: { hours: MonitorReport['by_hour'] }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const all = everyHour(hours)
  const first = all[0]
  const last = all.at(-1)
  if (!first || !last) return null
  const most = Math.max(...all.map((hour) => hour.count))
  return (
    <div>
      <Histogram
        counts={pad(all.map((hour) => hour.count))}
        height={120}
        label={t('monitor.hours', { from: moment(first.hour, tongue), to: moment(last.hour, tongue), most: count(most, tongue) })}
      />
      <p className={`${classes.ends} numbers`}>
        <span>{moment(first.hour, tongue)}</span>
        <span>{t('monitor.most', { most: count(most, tongue) })}</span>
        <span>{moment(last.hour, tongue)}</span>
      </p>
    </div>
  )
}

/** A few hours alone would be drawn as broad blocks; empty ones before them keep the bars slim. */
function pad(counts: number[]): number[] {
  return counts.length >= 24 ? counts : [...Array.from({ length: 24 - counts.length }, () => 0), ...counts]
}
