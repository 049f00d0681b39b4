/** A run at work: how far it is, how it fares, how long it will take, and the button that stops it. */
import { Button, Progress } from '@mantine/core'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { LiveRun } from '../../api/live'
import { useStop } from '../../api/runs'
import type { EpochReport, PlanSummary } from '../../api/types'
import { count, duration, inSentence, metricValue, number } from '../../format'
import { useTongue } from '../../language'
import { Failed } from '../../parts/Failed'
import { Icon } from '../../parts/Icon'
import { Wheel } from '../../shell/Wheel'
import { type Seen, secsLeft } from './timeLeft'
import classes from './UnderWay.module.css'

interface UnderWayProps {
  id: string
  live: LiveRun
  epochs: EpochReport[]
  plan: PlanSummary | undefined | null
}

export function UnderWay({ id, live, epochs, plan }: UnderWayProps) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const stop = useStop(id)
  const { progress, pace } = live
  const planned = plan?.epochs ?? 0
  const done = progress ? progress.epoch - 1 + progress.step / Math.max(1, progress.steps) : epochs.length
  const best = epochs.findLast((epoch) => epoch.best)
  const last = epochs.at(-1)
  const now: Seen = { epochs: epochs.length, atMillis: Date.now() }
  const since = useRef(now)
  // A round of its own begins with no epoch.
  if (since.current.epochs > now.epochs) since.current = now
  const watched = secsLeft(since.current, now, planned)
  const left = pace || watched !== undefined ? Math.max(pace?.leftSecs ?? 0, watched ?? 0) : undefined
  return (
    <section className={`sheet ${classes.sheet}`} aria-label={t('run.underWay')}>
      <div className={classes.head}>
        <Wheel size={46} turning />
        <div className={classes.where}>
          <h2>
            {planned > 0
              ? t('run.epochOf', { epoch: count(Math.min(planned, Math.floor(done) + 1), tongue), epochs: count(planned, tongue) })
              : t('run.preparing')}
          </h2>
          <p className="numbers">
            {left !== undefined ? t('run.left', { time: duration(left, tongue) }) : t('run.leftUnknown')}
          </p>
        </div>
        <Button
          variant="default"
          leftSection={<Icon name="stop" size={16} />}
          loading={stop.isPending}
          disabled={stop.isSuccess}
          onClick={() => stop.mutate()}
        >
          {stop.isSuccess ? t('run.stopping') : t('run.stop')}
        </Button>
      </div>
      <Progress
        value={planned > 0 ? (done / planned) * 100 : 0}
        size="lg"
        color="saffron.5"
        aria-label={t('run.progress')}
        transitionDuration={200}
      />
      <dl className={`${classes.figures} numbers`}>
        <Figure name={t('run.loss')} value={number(progress?.loss ?? last?.train_loss ?? Number.NaN, tongue)} />
        {(best ?? last) && (
          <Figure
            name={t('run.bestSoFar', { metric: inSentence(t(`metric.${(best ?? last)!.metric}.name`)) })}
            value={metricValue((best ?? last)!.metric, (best ?? last)!.validation_metric, tongue)}
          />
        )}
        <Figure
          name={t('run.speed')}
          value={pace ? t('run.rowsPerSec', { rows: count(Math.round(pace.rowsPerSec), tongue) }) : '–'}
        />
        <Figure name={t('run.epochTook')} value={last ? duration(last.secs, tongue) : '–'} />
      </dl>
      <p className={classes.note}>{t('run.stopNote')}</p>
      {stop.isError && <Failed error={stop.error} />}
    </section>
  )
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
