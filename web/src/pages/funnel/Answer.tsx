/** The answer: what it means in sentences, then the numbers. */
import { useTranslation } from 'react-i18next'
import type { AnsweredFunnel } from '../../api/questions'
import type { FunnelSpec } from '../../api/types'
import { ago, count, duration } from '../../format'
import { useTongue } from '../../language'
import { Coded, Say } from '../../parts/Say'
import { Sheet } from '../../parts/Page'
import { Snippet } from '../../parts/Snippet'
import classes from './Answer.module.css'
import { Parts } from './Parts'
import { StepBars } from './StepBars'
import { funnelText } from './text'
import { Times } from './Times'

export function Answer({ answered, funnel }: { answered: AnsweredFunnel; funnel: FunnelSpec }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const { answer } = answered
  const label = useStepLabel(funnel)
  const events = count(answered.events + answered.waiting, tongue)
  const when = ago(answered.asked_at, Date.now(), tongue)
  return (
    <>
      <Sheet title={t('funnel.says')}>
        <ul className={classes.findings} data-testid="findings">
          {answer.findings.map((finding, index) => (
            <li key={`${finding.key}-${index}`}>
              <Say phrase={finding} />
            </li>
          ))}
        </ul>
        <p className={classes.soft}>
          {t('funnel.asked', { events, secs: duration(answered.secs, tongue), ago: when, zone: answered.time_zone })}
        </p>
      </Sheet>
      <Sheet title={t('funnel.drawn')} note={t('funnel.drawnNote')}>
        <StepBars steps={answer.steps} label={label} />
      </Sheet>
      {funnel.breakdown && (answer.parts ?? []).length > 0 && (
        <Sheet title={t('funnel.parts', { property: funnel.breakdown.property.name })} note={t('funnel.partsNote')}>
          <Parts parts={answer.parts ?? []} property={funnel.breakdown.property.name} label={label} />
        </Sheet>
      )}
      {answer.times && (
        <Sheet
          title={t('funnel.times')}
          note={
            answer.times.people > 0 &&
            t('funnel.timesNote', {
              from: label(answer.times.from - 1, answer.steps[answer.times.from - 1]?.label ?? ''),
              to: label(answer.times.to - 1, answer.steps[answer.times.to - 1]?.label ?? ''),
              people: count(answer.times.people, tongue),
            })
          }
        >
          <Times times={answer.times} />
        </Sheet>
      )}
      <Sheet title={t('funnel.text')} note={<Coded text={t('funnel.textNote')} />}>
        <Snippet text={funnelText(funnel)} label="TOML" />
      </Sheet>
    </>
  )
}

export type StepLabel = (step: number, label: string) => string

/** In any order no step has an event of its own; what counts is how many are done. */
function useStepLabel(funnel: FunnelSpec): StepLabel {
  const { t } = useTranslation()
  return (step, label) => (funnel.order === 'unordered' ? t('funnel.done', { count: step + 1 }) : label)
}
