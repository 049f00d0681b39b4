/** The question as a form; a problem stands below the setting that it speaks of. */
import { Button, NumberInput, SegmentedControl, Select } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { EventSummary, FunnelOrder, FunnelSpec, Problem, PropertySummary, WindowUnit } from '../../api/types'
import { Problems } from '../../parts/Problems'
import { ATTRIBUTIONS, type Attribution, ORDERS, USUAL, WINDOW_UNITS } from './address'
import { Period } from './Period'
import classes from './Question.module.css'
import { atSetting, atStep, type Setting } from './settings'
import { Steps } from './Steps'

interface QuestionProps {
  asked: FunnelSpec | undefined
  events: EventSummary[]
  properties: PropertySummary[]
  problems: Problem[]
  busy: boolean
  onAsk: (funnel: FunnelSpec) => void
}

export function Question({ asked, events, properties, problems, busy, onAsk }: QuestionProps) {
  const { t } = useTranslation()
  const [steps, setSteps] = useState(() => begun(asked))
  const [window, setWindow] = useState<NonNullable<FunnelSpec['window']>>(asked?.window ?? USUAL.window)
  const [order, setOrder] = useState<FunnelOrder>(asked?.order ?? USUAL.order)
  const [period, setPeriod] = useState(asked?.period ?? {})
  const [property, setProperty] = useState(asked?.breakdown?.property)
  const [attribution, setAttribution] = useState<Attribution>(
    () => ATTRIBUTIONS.find((known) => known === asked?.breakdown?.attribution?.kind) ?? USUAL.attribution,
  )

  const chosen = steps.filter((step): step is string => step !== null)
  const ask = (event: FormEvent) => {
    event.preventDefault()
    onAsk({
      steps: chosen.map((step) => ({ event: step })),
      order,
      window,
      period,
      ...(property && { breakdown: { property, attribution: { kind: attribution } } }),
    })
  }
  const at = (setting: Setting) => <Problems problems={atSetting(problems, setting, asked?.steps.length ?? 0)} inPlace />

  return (
    <form className={classes.form} onSubmit={ask}>
      <div className={classes.part}>
        <Steps steps={steps} events={events} problemsAt={(step) => atStep(problems, step)} onChange={setSteps} />
        {at('steps')}
      </div>
      <div className={classes.settings}>
        <div className={classes.part}>
          <div className={classes.pair}>
            <NumberInput
              label={t('funnel.window')}
              aria-label={`${t('funnel.window')}: ${t('funnel.windowCount')}`}
              value={window.count}
              min={1}
              max={999_999_999}
              allowDecimal={false}
              clampBehavior="blur"
              onChange={(count) => typeof count === 'number' && setWindow({ ...window, count })}
            />
            <Select
              aria-label={`${t('funnel.window')}: ${t('funnel.windowUnit')}`}
              data={WINDOW_UNITS.map((unit) => ({ value: unit, label: t(`funnel.unit.${unit}`) }))}
              value={window.unit}
              allowDeselect={false}
              onChange={(unit) => unit && setWindow({ ...window, unit: unit as WindowUnit })}
            />
          </div>
          <p className={classes.note}>{t('funnel.windowNote')}</p>
          {at('window')}
        </div>
        <div className={classes.part}>
          <span className={classes.label} id="funnel-order">
            {t('funnel.order')}
          </span>
          <SegmentedControl
            fullWidth
            aria-labelledby="funnel-order"
            value={order}
            onChange={(chosenOrder) => setOrder(chosenOrder as FunnelOrder)}
            data={ORDERS.map((known) => ({ value: known, label: t(`funnel.orders.${known}`) }))}
          />
          <p className={classes.note}>{t(`funnel.orderNote.${order}`)}</p>
          {at('order')}
        </div>
        <div className={classes.part}>
          <Period period={period} onChange={setPeriod} />
          {at('period')}
        </div>
        <div className={classes.part}>
          <Select
            label={t('funnel.by')}
            placeholder={t('funnel.byNone')}
            data={propertyChoices(properties, property, [t('funnel.ofEvent'), t('funnel.ofPerson')])}
            value={property ? choice(property.of, property.name) : null}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': t('funnel.byNone') }}
            nothingFoundMessage={t('funnel.noSuch')}
            onChange={(value) => setProperty(value === null ? undefined : unchoice(value))}
          />
          {property && (
            <Select
              label={t('funnel.attribution')}
              data={ATTRIBUTIONS.map((known) => ({ value: known, label: t(`funnel.attributions.${known}`) }))}
              value={attribution}
              allowDeselect={false}
              onChange={(value) => value && setAttribution(value as Attribution)}
            />
          )}
          {at('breakdown')}
        </div>
      </div>
      <Button type="submit" loading={busy} disabled={chosen.length < 2} className={classes.ask}>
        {t('funnel.ask')}
      </Button>
    </form>
  )
}

/** The steps of a question, and empty ones up to the two that every funnel has. */
function begun(asked: FunnelSpec | undefined): (string | null)[] {
  const steps: (string | null)[] = asked?.steps.map((step) => step.event ?? null) ?? []
  return [...steps, null, null].slice(0, Math.max(2, steps.length))
}

type Property = NonNullable<FunnelSpec['breakdown']>['property']

/** A property as a choice: whose it is stands before its name, which may hold anything. */
const choice = (of: Property['of'], name: string) => `${of ?? 'event'}:${name}`

function unchoice(value: string): Property {
  const name = value.slice(value.indexOf(':') + 1)
  return value.startsWith('person:') ? { name, of: 'person' } : { name }
}

/** Every property by whose it is; the one of a link too, though nobody has sent it yet. */
function propertyChoices(known: PropertySummary[], chosen: Property | undefined, [event, person]: [string, string]) {
  const choices = (of: 'event' | 'person') => {
    const names = known.filter((property) => property.of === of).map((property) => property.name)
    if (chosen && (chosen.of ?? 'event') === of && !names.includes(chosen.name)) names.push(chosen.name)
    return names.map((name) => ({ value: choice(of, name), label: name }))
  }
  const groups = [
    { group: event, items: choices('event') },
    { group: person, items: choices('person') },
  ]
  return groups.filter((group) => group.items.length > 0)
}
