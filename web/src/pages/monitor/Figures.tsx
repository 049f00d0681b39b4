/** A watched model in four numbers: how many predictions, how fast, how drifted, how right. */
import { useTranslation } from 'react-i18next'
import type { MonitorReport } from '../../api/types'
import { count, latency, metricValue } from '../../format'
import { useTongue } from '../../language'
import classes from '../../parts/Figures.module.css'

export function Figures({ report }: { report: MonitorReport }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const drifted = report.drift.filter((input) => input.level === 'drifted').length
  const judged = report.drift.some((input) => input.level !== 'too_few')
  const realised = report.realised[0]
  const expected = realised && report.expected.find((metric) => metric.metric === realised.metric)
  return (
    <dl className={`${classes.figures} numbers`}>
      <div>
        <dt>{t('monitor.predictions')}</dt>
        <dd data-testid="predictions">
          {count(report.predictions, tongue)}
          <small>{report.version != null && t('model.answers', { version: report.version })}</small>
        </dd>
      </div>
      <div>
        <dt>{t('monitor.half')}</dt>
        <dd>
          {report.latency ? latency(report.latency.p50_micros, tongue) : '–'}
          <small>{report.latency && t('monitor.p99', { time: latency(report.latency.p99_micros, tongue) })}</small>
        </dd>
      </div>
      <div>
        <dt>{t('monitor.drift')}</dt>
        <dd data-bad={drifted >
           0}>{judged ? t('monitor.drifted', { count: drifted }) : '–'}
          <small>{judged ? t('monitor.ofInputs', { count: report.drift.length }) : t('monitor.tooFew')}</small>
        </dd>
      </div>
      <div>
        <dt>{realised ? t('monitor.realised', { metric: t(`metric.${realised.metric}.name`) }) : t('monitor.realisedNone')}</dt>
        <dd>
          {realised ? metricValue(realised.metric, realised.value, tongue) : '–'}
          <small>
          {realised && expected
            ? t('monitor.expected', { value: metricValue(expected.metric, expected.value, tongue), count: report.labelled })
            : t('monitor.sendTruth')}
        </small>
        </dd>
      </div>
    </dl>
  )
}
