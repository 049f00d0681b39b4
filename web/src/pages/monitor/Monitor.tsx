/** How one model fares: load, latency, answers against training, drift of its inputs, and quality once truths are known. */
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { useMonitor } from '../../api/monitor'
import type { MonitorReport } from '../../api/types'
import { ShareBars } from '../../charts/ShareBars'
import { latency, moment } from '../../format'
import { useTongue } from '../../language'
import { Empty } from '../../parts/Empty'
import { Failed } from '../../parts/Failed'
import { Sheet } from '../../parts/Page'
import { Problems } from '../../parts/Problems'
import { Say } from '../../parts/Say'
import { Waiting } from '../../parts/Waiting'
import { Drift } from './Drift'
import { Figures } from './Figures'
import { Hours } from './Hours'
import classes from './Monitor.module.css'
import { Realised } from './Realised'

export default function Monitor() {
  const { t } = useTranslation()
  const { name = '' } = useParams()
  const monitor = useMonitor(name)
  if (monitor.isError && !monitor.data) return <Failed error={monitor.error} retry={() => void monitor.refetch()} />
  if (!monitor.data) return <Waiting />
  if (monitor.data.predictions === 0) {
    return <Empty title={t('monitor.noPredictions')}>{t('monitor.noPredictionsText')}</Empty>
  }
  return <Watched report={monitor.data} />
}

function Watched({ report }: { report: MonitorReport }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <>
      <Sheet
        title={t('monitor.now')}
        note={report.span ? t('monitor.span', { from: moment(report.span[0]!, tongue), to: moment(report.span[1]!, tongue) }) : undefined}
      >
        <Figures report={report} />
        {report.findings.length > 0 && (
          <ul className={classes.findings}>
            {report.findings.map((finding, index) => (
              <li key={`${finding.key}-${index}`}>
                <Say phrase={finding} />
              </li>
            ))}
          </ul>
        )}
        <Problems problems={report.warnings} />
      </Sheet>
      <div className={classes.pair}>
        <Sheet title={t('monitor.load')} note={t('monitor.loadNote')}>
          <Hours hours={report.by_hour} />
        </Sheet>
        {report.latency && (
          <Sheet title={t('monitor.latency')} note={t('monitor.latencyNote')}>
            <dl className={`${classes.latencies} numbers`}>
              {(
                [
                  [t('monitor.p50Name'), report.latency.p50_micros],
                  [t('monitor.p95Name'), report.latency.p95_micros],
                  [t('monitor.p99Name'), report.latency.p99_micros],
                  [t('monitor.maxName'), report.latency.max_micros],
                ] as const
              ).map(([name, micros]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{latency(micros, tongue)}</dd>
                </div>
              ))}
            </dl>
          </Sheet>
        )}
      </div>
      {report.labels.length > 0 && (
        <Sheet title={t('monitor.labels')} note={t('monitor.labelsNote')}>
          <ShareBars
            label={t('monitor.labels')}
            names={[t('monitor.servedName'), t('monitor.trainingName')]}
            color="answer"
            full={Math.max(...report.labels.flatMap((label) => [label.served, label.training]), 0.01)}
            bars={report.labels.map((label) => ({ label: label.label, share: label.served, against: label.training }))}
          />
        </Sheet>
      )}
      {report.drift.length > 0 && (
        <Sheet title={t('monitor.driftTitle')} note={t('monitor.driftNote')}>
          <Drift inputs={report.drift} />
        </Sheet>
      )}
      <Sheet title={t('monitor.realisedTitle')} note={t('monitor.realisedNote', { count: report.labelled })}>
        <Realised report={report} />
      </Sheet>
    </>
  )
}
