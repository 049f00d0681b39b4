/** The funnel drawn: a bar a step, with its count, its share, and how sure that is. */
import { useTranslation } from 'react-i18next'
import type { StepCount } from '../../api/types'
import { count, duration, percent } from '../../format'
import { useTongue } from '../../language'
import type { StepLabel } from './Answer'
import { drawn, type DrawnStep } from './drawing'
import classes from './StepBars.module.css'

export function StepBars({ steps, label }: { steps: StepCount[]; label: StepLabel }) {
  const { t } = useTranslation()
  return (
    <ol className={`${classes.steps} numbers`} aria-label={t('funnel.drawn')} data-testid="steps">
      {drawn(steps).map((step, index) => (
        <Bar key={index} number={index + 1} drawn={step} label={label(index, step.step.label)} />
      ))}
    </ol>
  )
}

function Bar({ number, drawn: { step, share, interval, left }, label }: { number: number; drawn: DrawnStep; label: string }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const shown = (value: number | null | undefined) => percent(value ?? Number.NaN, tongue)
  const at = (value: number) => `${Math.min(100, value * 100)}%`
  return (
    <li className={classes.step}>
      <div className={classes.head}>
        <span className={classes.label}>
          <span className={classes.number} aria-hidden="true">
            {number}
          </span>
          {label}
        </span>
        <span className={classes.people}>
          <strong>{t('funnel.people', { people: count(step.people, tongue) })}</strong>
          <span>{shown(step.of_first)}</span>
        </span>
      </div>
      <div className={classes.track} aria-hidden="true">
        <span className={classes.bar} style={{ width: at(share) }} />
        {interval && (
          <span className={classes.interval} style={{ left: at(interval[0]), width: `calc(${at(interval[1])} - ${at(interval[0])})` }} />
        )}
      </div>
      {number > 1 && (
        <p className={classes.words}>
          {step.of_previous != null && (
            <span>{t('funnel.ofPrevious', { share: shown(step.of_previous), low: shown(step.low), high: shown(step.high) })}</span>
          )}
          <span className={classes.left}>{t('funnel.left', { left: count(left, tongue) })}</span>
          {step.median_seconds != null && <span>{t('funnel.after', { time: duration(step.median_seconds, tongue) })}</span>}
        </p>
      )}
    </li>
  )
}
