/** A plan told in five plain steps, each with its numbers and, on request, its particulars. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlanSummary } from '../../api/types'
import { bytes, count, duration, inSentence, number } from '../../format'
import { useTongue } from '../../language'
import { Network } from '../../parts/Network'
import { Say } from '../../parts/Say'
import classes from './PlanInWords.module.css'

export function PlanInWords({ plan }: { plan: PlanSummary }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const whole = (value: number) => count(value, tongue)
  const secs = plan.expected_epoch_secs * plan.epochs
  return (
    <ol className={classes.steps}>
      <Step title={t('plan.split')}>
        {t('plan.splitText', {
          train: whole(plan.parts.train),
          validation: whole(plan.parts.validation),
          test: whole(plan.parts.test),
        })}
      </Step>
      <Step title={t('plan.prepare')} more={<Columns plan={plan} />}>
        {t('plan.prepareText', {
          count: plan.columns.length,
          columns: whole(plan.columns.length),
          inputs: whole(plan.columns.reduce((sum, column) => sum + column.inputs, 0)),
        })}
      </Step>
      <Step title={t('plan.network')} more={<Network network={plan.network} />}>
        {t('plan.networkText', {
          layers: whole(plan.network.layers.length),
          parameters: whole(plan.network.parameters),
        })}
      </Step>
      <Step title={t('plan.learn')}>
        {t('plan.learnText', {
          epochs: whole(plan.epochs),
          batch: whole(plan.batch_size),
          loss: t(`loss.${plan.loss.kind}` as 'loss.mse', { defaultValue: plan.loss.kind }),
          optimizer: t(`optimizer.${plan.optimizer.kind}` as 'optimizer.adam', { defaultValue: plan.optimizer.kind }),
          rate: number(plan.optimizer.learning_rate ?? Number.NaN, tongue),
          metric: inSentence(t(`metric.${plan.keep_best}.name`)),
        })}
      </Step>
      <Step title={t('plan.cost')}>
        {secs < 1
          ? t('plan.costShort', { memory: bytes(plan.expected_bytes) })
          : t('plan.costText', {
              epoch: duration(plan.expected_epoch_secs, tongue),
              all: duration(secs, tongue),
              memory: bytes(plan.expected_bytes),
            })}
      </Step>
    </ol>
  )
}

function Step({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <li>
      <h3>{title}</h3>
      <div>
        <p>{children}</p>
        {more && (
          <details>
            <summary>{t('plan.more')}</summary>
            {more}
          </details>
        )}
      </div>
    </li>
  )
}

function Columns({ plan }: { plan: PlanSummary }) {
  const { t } = useTranslation()
  return (
    <>
      {plan.actions.length > 0 && (
        <ul className={classes.actions}>
          {plan.actions.map((action, index) => (
            <li key={`${action.key}-${index}`}>
              <Say phrase={action} />
            </li>
          ))}
        </ul>
      )}
      <dl className={classes.columns}>
        {plan.columns.map((column) => (
          <div key={column.name}>
            <dt>{column.name}</dt>
            <dd>
              {column.steps.map((step, index) => (
                <span key={`${step.key}-${index}`}>
                  {index > 0 && ' · '}
                  <Say phrase={step} />
                </span>
              ))}
              {column.inputs === 0 && column.steps.length === 0 && t('plan.unused')}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}
