/** The three sentences that every report begins with: how good, compared with guessing, what to do next. */
import { useTranslation } from 'react-i18next'
import type { Verdict as VerdictReport } from '../../api/types'
import { metricValue } from '../../format'
import { useTongue } from '../../language'
import { Say } from '../../parts/Say'
import classes from './Verdict.module.css'

export function Verdict({ verdict }: { verdict: VerdictReport }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <section className={classes.verdict} aria-label={t('verdict.label')} data-better={verdict.better_than_guessing}>
      <div className={classes.figure}>
        <p className={`${classes.value} numbers`}>{metricValue(verdict.metric, verdict.value, tongue)}</p>
        <p className={classes.name}>{t(`metric.${verdict.metric}.name`)}</p>
        <p className={`${classes.guess} numbers`}>
          {t('verdict.guess', { value: metricValue(verdict.metric, verdict.baseline, tongue) })}
        </p>
      </div>
      <div className={classes.sentences}>
        <p className={classes.good}>
          <Say phrase={verdict.how_good} />
        </p>
        <p>
          <Say phrase={verdict.against_guessing} />
        </p>
        <p>
          <Say phrase={verdict.next} />
        </p>
      </div>
    </section>
  )
}
