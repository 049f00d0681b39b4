/** What the model answers: the label or the number large, the probabilities as bars, and the place to tell it the truth. */
import { useTranslation } from 'react-i18next'
import type { ModelSignature } from '../../api/types'
import { ShareBars } from '../../charts/ShareBars'
import { number, percent } from '../../format'
import { useTongue } from '../../language'
import { Failed } from '../../parts/Failed'
import { Say } from '../../parts/Say'
import classes from './Answer.module.css'
import { Truth } from './Truth'
import type { LiveAnswer } from './useLiveAnswer'

interface AnswerProps {
  name: string
  signature: ModelSignature
  answer: LiveAnswer
  /** What to say before there is an answer. */
  waiting: string
}

/** Few classes keep their places, so that the bars grow and shrink where they stand. */
const STEADY = 12

export function Answer({ name, signature, answer, waiting }: AnswerProps) {
  const { t } = useTranslation()
  const tongue = useTongue()
  if (answer.error) return <Failed error={answer.error} />
  const prediction = answer.response?.predictions[0]
  const probabilities = prediction?.probabilities ?? []
  const share = (label: string) => probabilities.find((one) => one.label === label)?.probability ?? 0
  const labels =
    signature.labels.length <= STEADY ? signature.labels : probabilities.slice(0, STEADY).map(({ label }) => label)
  const sure = prediction?.label != null ? share(prediction.label) : undefined
  return (
    <div className={classes.answer}>
      <div className={classes.says} aria-live="polite" data-testid="answer">
        {prediction ? (
          <>
            <p className={classes.label}>
              {prediction.label ?? (prediction.value != null ? number(prediction.value, tongue) : '–')}
            </p>
            <p className={classes.sure}>
              {sure !== undefined ? t('answer.sure', { share: percent(sure, tongue) }) : signature.target}
            </p>
          </>
        ) : (
          <p className={classes.waiting}>{waiting}</p>
        )}
      </div>
      {prediction && labels.length > 0 && (
        <ShareBars
          label={t('answer.probabilities')}
          color="answer"
          digits={1}
          bars={labels.map((label) => ({ label, share: share(label), strong: label === prediction?.label }))}
        />
      )}
      {prediction?.notes?.map((note, index) => (
        <p key={`${note.key}-${index}`} className={classes.note}>
          <Say phrase={note} />
        </p>
      ))}
      {prediction && answer.response && (
        <>
          <Truth key={prediction.id} name={name} signature={signature} id={prediction.id ?? undefined} />
          <p className={classes.source}>{t('answer.from', { model: answer.response.model, version: answer.response.version })}</p>
        </>
      )}
    </div>
  )
}
