/** The funnel for each value of a property, a line a value. */
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { FunnelPart, StepCount } from '../../api/types'
import { count, percent } from '../../format'
import { useTongue } from '../../language'
import type { StepLabel } from './Answer'
import classes from './Parts.module.css'

interface PartsProps {
  parts: FunnelPart[]
  property: string
  label: StepLabel
}

export function Parts({ parts, property, label }: PartsProps) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('funnel.parts', { property })}>
      <Table className="numbers" data-testid="parts">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('funnel.value')}</Table.Th>
            {parts[0]?.steps.map((step, index) => (
              <Table.Th key={index} ta="right">
                {label(index, step.label)}
              </Table.Th>
            ))}
            <Table.Th ta="right">{t('funnel.whole')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {parts.map((part) => (
            <Table.Tr key={`${part.rest} ${part.value ?? ''} ${part.value == null}`}>
              <Table.Th scope="row" className={classes.value}>
                {part.rest ? <em>{t('funnel.rest')}</em> : (part.value ?? <em>{t('funnel.noValue')}</em>)}
              </Table.Th>
              {part.steps.map((step, index) => (
                <Cell key={index} step={step} first={index === 0} />
              ))}
              <Table.Td ta="right" fw={650}>
                {percent(part.steps.at(-1)?.of_first ?? Number.NaN, tongue)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function Cell({ step, first }: { step: StepCount; first: boolean }) {
  const tongue = useTongue()
  const shown = (value: number | null | undefined) => percent(value ?? Number.NaN, tongue)
  return (
    <Table.Td ta="right">
      {count(step.people, tongue)}
      {!first && step.of_previous != null && (
        <span className={classes.share}>
          {shown(step.of_previous)} ({shown(step.low)}–{shown(step.high)})
        </span>
      )}
    </Table.Td>
  )
}
