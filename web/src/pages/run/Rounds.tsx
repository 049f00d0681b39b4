/** The rounds of training until the bar is met: what was changed, and how near each came. */
import { useTranslation } from 'react-i18next'
import type { AcceptRound } from '../../api/types'
import { duration, metricValue } from '../../format'
import { useTongue } from '../../language'
import { Icon } from '../../parts/Icon'
import { Sheet } from '../../parts/Page'
import { Say } from '../../parts/Say'
import classes from './Rounds.module.css'

export function Rounds({ rounds }: { rounds: AcceptRound[] }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <Sheet title={t('rounds.title')} note={t('rounds.note')}>
      <ol className={classes.rounds}>
        {rounds.map((round) => (
          <li key={round.round} data-accepted={round.accepted}>
            <h3>
              {t('rounds.round', { round: round.round })}
              <span>
                {t('rounds.cost', { epochs: round.epochs, time: duration(round.secs, tongue) })}
              </span>
            </h3>
            {round.changes.map((change, index) => (
              <p key={`${change.key}-${index}`}>
                <Say phrase={change} />
              </p>
            ))}
            {round.bars.map((bar) => (
              <p key={bar.metric} className={`${classes.bar} numbers`} data-met={bar.met}>
                <Icon name={bar.met ? 'check' : 'close'} size={16} />
                {t('rounds.bar', {
                  metric: t(`metric.${bar.metric}.name`),
                  value: metricValue(bar.metric, bar.value, tongue),
                  bar: metricValue(bar.metric, bar.bar, tongue),
                })}
              </p>
            ))}
          </li>
        ))}
      </ol>
    </Sheet>
  )
}
