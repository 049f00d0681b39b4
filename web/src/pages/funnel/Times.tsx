/** How long it takes from one step to another. */
import { useTranslation } from 'react-i18next'
import type { ConversionTimes } from '../../api/types'
import { Histogram } from '../../charts/Histogram'
import { count, duration } from '../../format'
import { useTongue } from '../../language'
import { Figures } from '../../parts/Figures'
import { columns } from './drawing'
import classes from './Times.module.css'

export function Times({ times }: { times: ConversionTimes }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  if (times.people === 0) return <p className={classes.none}>{t('funnel.timesNone')}</p>
  const { counts, from, to } = columns(times.bins)
  const shown = (secs: number | null | undefined) => duration(secs ?? Number.NaN, tongue)
  const most = count(Math.max(0, ...counts), tongue)
  return (
    <div className={classes.times}>
      <Figures
        figures={[
          { name: t('funnel.median'), value: shown(times.median_seconds) },
          { name: t('funnel.p90'), value: shown(times.p90_seconds) },
          { name: t('funnel.average'), value: shown(times.average_seconds) },
        ]}
      />
      <div>
        <Histogram counts={counts} height={120} label={t('funnel.timesLabel', { from: shown(from), to: shown(to), most })} />
        <p className={`${classes.ends} numbers`}>
          <span>{shown(from)}</span>
          <span>{shown(to)}</span>
        </p>
      </div>
    </div>
  )
}
