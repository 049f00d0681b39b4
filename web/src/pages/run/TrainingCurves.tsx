/** Loss and metric over the epochs, training beside validation; the epoch that was kept is marked. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { LossPoint } from '../../api/live'
import type { EpochReport } from '../../api/types'
import type { Curve } from '../../charts/curve'
import { Curves } from '../../charts/Curves'
import { metricValue, number } from '../../format'
import { useTongue } from '../../language'
import classes from './TrainingCurves.module.css'

interface TrainingCurvesProps {
  epochs: EpochReport[]
  /** Loss in the middle of epochs, while the run is followed. */
  losses: LossPoint[]
  planned: number | undefined
  best: number | undefined | null
}

export function TrainingCurves({ epochs, losses, planned, best }: TrainingCurvesProps) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const metric = epochs[0]?.metric
  // The first few of very many epochs would be a line along the axis.
  const end = planned !== undefined && epochs.length * 10 < planned ? undefined : planned
  const kept = epochs.find((epoch) => epoch.epoch === best)

  const loss = useMemo<Curve[]>(
    () => [
      { name: t('run.lossNow'), color: 'soft', faint: true, points: losses.map(({ at, loss }) => [at, loss]) },
      { name: t('run.training'), color: 'soft', dashed: true, points: points(epochs, (epoch) => epoch.train_loss) },
      { name: t('run.validation'), color: 'mark', points: points(epochs, (epoch) => epoch.validation_loss) },
    ],
    [epochs, losses, t],
  )
  const quality = useMemo<Curve[]>(
    () => [
      { name: t('run.training'), color: 'soft', dashed: true, points: points(epochs, (epoch) => epoch.train_metric) },
      { name: t('run.validation'), color: 'mark', points: points(epochs, (epoch) => epoch.validation_metric) },
    ],
    [epochs, t],
  )
  const formats = useMemo(
    () => ({
      loss: (value: number) => number(value, tongue),
      metric: (value: number) => (metric ? metricValue(metric, value, tongue) : String(value)),
    }),
    [metric, tongue],
  )
  const mark = useMemo(
    () =>
      kept && kept.validation_metric != null
        ? { x: kept.epoch, y: kept.validation_metric, label: t('run.kept') }
        : undefined,
    [kept, t],
  )

  return (
    <div className={classes.pair}>
      <Curves title={t('run.lossTitle')} curves={loss} xName={t('run.epoch')} xMax={end} formatY={formats.loss} />
      {metric && (
        <Curves
          title={t(`metric.${metric}.name`)}
          curves={quality}
          mark={mark}
          xName={t('run.epoch')}
          xMax={end}
          formatY={formats.metric}
        />
      )}
    </div>
  )
}

function points(epochs: EpochReport[], pick: (epoch: EpochReport) => number | null | undefined): [number, number][] {
  return epochs.flatMap((epoch): [number, number][] => {
    const value = pick(epoch)
    return value == null || !Number.isFinite(value) ? [] : [[epoch.epoch, value]]
  })
}
