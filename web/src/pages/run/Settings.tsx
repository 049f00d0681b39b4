/** How the run was made, so that it can be made again: engine, seed, data, time, memory. */
import { useTranslation } from 'react-i18next'
import type { TrainReport } from '../../api/types'
import { bytes, count, duration, number } from '../../format'
import { useTongue } from '../../language'
import classes from './Settings.module.css'

export function Settings({ report }: { report: TrainReport }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const { plan } = report
  const rows: [string, string][] = [
    [t('settings.target'), `${plan.table} → ${plan.target}`],
    [
      t('settings.parts'),
      t('settings.partsText', {
        train: count(plan.parts.train, tongue),
        validation: count(plan.parts.validation, tongue),
        test: count(plan.parts.test, tongue),
      }),
    ],
    [t('settings.loss'), t(`loss.${plan.loss.kind}` as 'loss.mse', { defaultValue: plan.loss.kind })],
    [
      t('settings.optimizer'),
      `${t(`optimizer.${plan.optimizer.kind}` as 'optimizer.adam', { defaultValue: plan.optimizer.kind })}, ${number(plan.optimizer.learning_rate ?? Number.NaN, tongue)}`,
    ],
    [t('settings.batch'), count(plan.batch_size, tongue)],
    [t('settings.epochs'), `${report.epochs.length} / ${plan.epochs}`],
    [t('settings.engine'), t('settings.engineText', { engine: plan.engine, count: plan.threads })],
    [t('settings.time'), duration(report.secs, tongue)],
    [t('settings.memory'), bytes(report.peak_bytes)],
    [t('settings.seed'), String(report.seed)],
    [t('settings.data'), report.data_fingerprint],
  ]
  return (
    <dl className={`${classes.settings} numbers`}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
