/** Every column with what it holds, what is missing, and the shape of its values. */
import { Badge, Button, Table, Tooltip } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ColumnProfile, Finding, ProfileReport } from '../../api/types'
import { Histogram } from '../../charts/Histogram'
import { count, number, percent } from '../../format'
import { useSay, useTongue } from '../../language'
import { Icon } from '../../parts/Icon'
import classes from './Columns.module.css'

const SHOWN = 30

export function Columns({ profile, target }: { profile: ProfileReport; target: string | undefined }) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const columns = all ? profile.columns : profile.columns.slice(0, SHOWN)
  return (
    <>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('teach.profile')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('column.name')}</Table.Th>
              <Table.Th>{t('column.kind')}</Table.Th>
              <Table.Th>{t('column.missing')}</Table.Th>
              <Table.Th>{t('column.distinct')}</Table.Th>
              <Table.Th>{t('column.values')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {columns.map((column) => (
              <ColumnRow
                key={column.name}
                column={column}
                rows={profile.rows}
                isTarget={column.name === target}
                findings={profile.findings.filter((finding) => finding.column === column.name)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {profile.columns.length > SHOWN && !all && (
        <Button variant="subtle" mt="sm" onClick={() => setAll(true)}>
          {t('column.all', { count: profile.columns.length })}
        </Button>
      )}
    </>
  )
}

interface ColumnRowProps {
  column: ColumnProfile
  rows: number
  isTarget: boolean
  findings: Finding[]
}

function ColumnRow({ column, rows, isTarget, findings }: ColumnRowProps) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const say = useSay()
  const missing = column.missing / Math.max(1, rows)
  const told = findings.map((finding) => say(finding.message).replaceAll('`', '')).join(' ')
  return (
    <Table.Tr className={isTarget ? classes.target : undefined}>
      <Table.Th scope="row" className={classes.name}>
        {column.name}
        {isTarget && (
          <Badge size="md" variant="filled">
            {t('column.target')}
          </Badge>
        )}
        {findings.length > 0 && (
          <Tooltip label={told}>
            <button type="button" className={classes.flag} aria-label={told}>
              <Icon name="warning" size={16} />
            </button>
          </Tooltip>
        )}
      </Table.Th>
      <Table.Td>{t(`kind.${column.kind}`)}</Table.Td>
      <Table.Td className="numbers">{column.missing === 0 ? '–' : percent(missing, tongue)}</Table.Td>
      <Table.Td className="numbers">{count(column.distinct, tongue)}</Table.Td>
      <Table.Td className={classes.values}>
        <Values column={column} rows={rows} />
      </Table.Td>
    </Table.Tr>
  )
}

function Values({ column, rows }: { column: ColumnProfile; rows: number }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  if (column.image) {
    return <>{t('column.image', { width: column.image.width, height: column.image.height, count: column.image.channels })}</>
  }
  if (column.numbers) {
    const { min, max, histogram } = column.numbers
    const [low, high] = column.kind === 'time' ? [column.examples[0] ?? '', column.examples.at(-1) ?? ''] : [number(min, tongue), number(max, tongue)]
    return (
      <div className={classes.shape}>
        <Histogram counts={histogram} label={t('column.histogram', { column: column.name, min: low, max: high })} />
        <span className={`${classes.range} numbers`}>{column.kind === 'time' ? low : `${low} – ${high}`}</span>
      </div>
    )
  }
  const top = column.top ?? []
  if (top.length > 0) {
    const shown = top.slice(0, 3)
    return (
      <span className={classes.top}>
        {shown.map((value) => `${value.value} (${percent(value.count / Math.max(1, rows), tongue)})`).join(' · ')}
        {column.distinct > shown.length && ' …'}
      </span>
    )
  }
  return <span className={classes.top}>{column.examples.slice(0, 2).join(' · ')}</span>
}
