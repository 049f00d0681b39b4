/** The steps, each an event of the catalogue: added, removed, moved by buttons that the keyboard reaches. */
import { ActionIcon, Button, Select, VisuallyHidden } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { EventSummary, Problem } from '../../api/types'
import { Icon } from '../../parts/Icon'
import { Problems } from '../../parts/Problems'
import classes from './Steps.module.css'

interface StepsProps {
  steps: (string | null)[]
  events: EventSummary[]
  problemsAt: (step: number) => Problem[]
  onChange: (steps: (string | null)[]) => void
}

export function Steps({ steps, events, problemsAt, onChange }: StepsProps) {
  const { t } = useTranslation()
  const list = useRef<HTMLOListElement>(null)
  const [told, setTold] = useState('')
  const [focus, setFocus] = useState<string>()

  // The focus goes where the step went, or next to the gap that it left.
  useEffect(() => {
    if (focus === undefined) return
    const all = focus.split(',').map((name) => list.current?.querySelector<HTMLElement>(`[data-does="${name}"]:not(:disabled)`))
    all.find((found) => found)?.focus()
    setFocus(undefined)
  }, [focus])

  const name = (step: number) => steps[step] ?? t('funnel.nothing')
  const move = (from: number, to: number) => {
    const moved = [...steps]
    ;[moved[from], moved[to]] = [moved[to]!, moved[from]!]
    onChange(moved)
    setTold(t('funnel.moved', { event: name(from), number: to + 1 }))
    setFocus(from > to ? `up-${to},down-${to}` : `down-${to},up-${to}`)
  }
  const remove = (step: number) => {
    onChange(steps.filter((_, index) => index !== step))
    setTold(t('funnel.removed', { event: name(step) }))
    const near = Math.min(step, steps.length - 2)
    setFocus(`remove-${near},down-${near},up-${near}`)
  }

  return (
    <div>
      <span className={classes.label}>{t('funnel.steps')}</span>
      <ol className={classes.steps} ref={list}>
        {steps.map((event, step) => (
          // A step is its place: the same event may stand at several.
          <li key={step}>
            <div className={classes.line}>
              <span className={classes.number} aria-hidden="true">
                {step + 1}
              </span>
              <Select
                className={classes.event}
                aria-label={t('funnel.step', { number: step + 1 })}
                placeholder={t('funnel.choose')}
                data={choices(events, event)}
                value={event}
                searchable
                allowDeselect={false}
                limit={200}
                nothingFoundMessage={t('funnel.noSuch')}
                onChange={(value) => onChange(steps.map((before, index) => (index === step ? value : before)))}
              />
              <span className={classes.buttons}>
                <ActionIcon
                  variant="default"
                  size="lg"
                  data-does={`up-${step}`}
                  aria-label={t('funnel.up', { number: step + 1 })}
                  disabled={step === 0}
                  onClick={() => move(step, step - 1)}
                >
                  <Icon name="up" size={16} />
                </ActionIcon>
                <ActionIcon
                  variant="default"
                  size="lg"
                  data-does={`down-${step}`}
                  aria-label={t('funnel.down', { number: step + 1 })}
                  disabled={step === steps.length - 1}
                  onClick={() => move(step, step + 1)}
                >
                  <Icon name="down" size={16} />
                </ActionIcon>
                <ActionIcon
                  variant="default"
                  size="lg"
                  data-does={`remove-${step}`}
                  aria-label={t('funnel.remove', { number: step + 1 })}
                  disabled={steps.length <= 2}
                  onClick={() => remove(step)}
                >
                  <Icon name="close" size={16} />
                </ActionIcon>
              </span>
            </div>
            <Problems problems={problemsAt(step)} inPlace />
          </li>
        ))}
      </ol>
      <Button variant="default" size="sm" leftSection={<Icon name="add" size={16} />} onClick={() => onChange([...steps, null])}>
        {t('funnel.add')}
      </Button>
      <VisuallyHidden role="status">{told}</VisuallyHidden>
    </div>
  )
}

/** Every event, most frequent first; the one of a link too, though nobody has sent it yet. */
function choices(events: EventSummary[], chosen: string | null): string[] {
  const names = events.map((event) => event.event)
  return chosen === null || names.includes(chosen) ? names : [chosen, ...names]
}
