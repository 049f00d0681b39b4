/** The stretch of time that is looked at: so long before now, or from one day to another. */
import { Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FunnelSpec } from '../../api/types'
import classes from './Question.module.css'

type Stretch = NonNullable<FunnelSpec['period']>

const BACK = ['-7d', '-30d', '-90d', '-12mo'] as const
const CHOICES = ['all', ...BACK, 'own'] as const
type Choice = (typeof CHOICES)[number]

export function Period({ period, onChange }: { period: Stretch; onChange: (period: Stretch) => void }) {
  const { t } = useTranslation()
  const [choice, setChoice] = useState<Choice>(() => choiceOf(period))
  const choose = (chosen: Choice) => {
    setChoice(chosen)
    if (chosen !== 'own') onChange(chosen === 'all' ? {} : { from: chosen })
  }
  const end = (name: 'from' | 'to', value: string) => onChange({ ...period, [name]: value === '' ? undefined : value })
  return (
    <>
      <Select
        label={t('funnel.period')}
        data={CHOICES.map((known) => ({ value: known, label: t(`funnel.periods.${known}`) }))}
        value={choice}
        allowDeselect={false}
        onChange={(value) => value && choose(value as Choice)}
      />
      {choice === 'own' && (
        <div className={classes.dates}>
          {(['from', 'to'] as const).map((name) => (
            <TextInput
              key={name}
              // A link may say a moment or a stretch back, which a calendar cannot show.
              type={isDay(period[name]) ? 'date' : 'text'}
              label={t(`funnel.${name}`)}
              value={period[name] ?? ''}
              onChange={(event) => end(name, event.currentTarget.value)}
            />
          ))}
        </div>
      )}
    </>
  )
}

function choiceOf(period: Stretch): Choice {
  if (!period.from && !period.to) return 'all'
  return (!period.to && BACK.find((back) => back === period.from)) || 'own'
}

function isDay(text: string | null | undefined): boolean {
  return !text || /^\d{4}-\d{2}-\d{2}$/.test(text)
}
