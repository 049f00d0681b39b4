/** An event's last 30 days as small bars. */
import { useTranslation } from 'react-i18next'
import type { DayCount } from '../../api/types'
import { Histogram } from '../../charts/Histogram'
import { count } from '../../format'
import { useTongue } from '../../language'
import { everyDay } from './everyDay'

export function Days({ days, until, height = 28 }: { days: DayCount[]; until: string; height?: number }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const counts = everyDay(days, until, 30).map((day) => day.count)
  const sum = count(counts.reduce((one, other) => one + other, 0), tongue)
  const most = count(Math.max(...counts), tongue)
  return <Histogram counts={counts} height={height} label={t('events.daysLabel', { sum, day: until, most })} />
}
