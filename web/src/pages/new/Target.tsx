/** Which column shall be predicted, and how its values are spread. */
import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ColumnProfile, ProfileReport } from '../../api/types'
import { Histogram } from '../../charts/Histogram'
import { ShareBars } from '../../charts/ShareBars'
import { count, number } from '../../format'
import { useTongue } from '../../language'
import classes from './Target.module.css'

interface TargetProps {
  profile: ProfileReport
  target: string | undefined
  onChoose: (column: string) => void
}

export function Target({ profile, target, onChoose }: TargetProps) {
  const { t } = useTranslation()
  const column = profile.columns.find((candidate) => candidate.name === target)
  const possible = profile.columns.filter((candidate) => candidate.kind !== 'image')
  return (
    <div className={classes.target}>
      <div className={classes.choice}>
        <Select
          label={t('target.label')}
          description={profile.likely_target ? t('target.likely', { column: profile.likely_target }) : t('target.hint')}
          placeholder={t('target.placeholder')}
          searchable
          allowDeselect={false}
          nothingFoundMessage={t('target.none')}
          value={column ? column.name : null}
          onChange={(name) => name && onChoose(name)}
          data={possible.map(({ name }) => name)}
        />
        {column && <p className={classes.task}>{t(task(column, profile.rows), { count: column.distinct })}</p>}
      </div>
      {column && <Spread column={column} rows={profile.rows} />}
    </div>
  )
}

/** What predicting the column comes to. */
function task(column: ColumnProfile, rows: number) {
  if (column.kind === 'number') return 'target.number'
  // What hardly repeats is an id or a text, and has no classes to learn.
  return column.distinct * 2 > rows - column.missing && column.distinct > 2 ? 'target.each' : 'target.classes'
}

function Spread({ column, rows }: { column: ColumnProfile; rows: number }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  if (column.numbers) {
    const { min, median, max, histogram } = column.numbers
    return (
      <div className={classes.spread}>
        <Histogram
          counts={histogram}
          height={110}
          label={t('column.histogram', { column: column.name, min: number(min, tongue), max: number(max, tongue) })}
        />
        <p className={`${classes.ends} numbers`}>
          <span>{number(min, tongue)}</span>
          <span>{t('column.median', { median: number(median, tongue) })}</span>
          <span>{number(max, tongue)}</span>
        </p>
      </div>
    )
  }
  const top = column.top ?? []
  if (top.length === 0) return null
  const most = Math.max(...top.map((value) => value.count)) / Math.max(1, rows)
  return (
    <div className={classes.spread}>
      <ShareBars
        label={t('target.balance', { column: column.name })}
        full={most}
        bars={top.slice(0, 12).map((value) => ({
          label: value.value,
          share: value.count / Math.max(1, rows),
          note: `(${count(value.count, tongue)})`,
        }))}
      />
    </div>
  )
}
