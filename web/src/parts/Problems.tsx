/** Mistakes and warnings as the server names them: what, where, and what to do instead. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Place, Problem } from '../api/types'
import { Icon } from './Icon'
import classes from './Problems.module.css'
import { Say } from './Say'

/** More at once help nobody to begin. */
const SHOWN = 10

interface ProblemsProps {
  problems: Problem[]
  onVisit?: (place: Place) => void
  /** True where they stand at the very thing that they speak of, so that its name says nothing more. */
  inPlace?: boolean
}

export function Problems({ problems, onVisit, inPlace = false }: ProblemsProps) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  if (problems.length === 0) return null
  const shown = all ? problems : problems.slice(0, SHOWN)
  return (
    <ul className={classes.list}>
      {shown.map((problem, index) => (
        <li key={`${problem.code}-${index}`} className={classes.problem} data-severity={problem.severity}>
          <Icon name={problem.severity === 'error' ? 'error' : 'warning'} />
          <div className={classes.words}>
            <p className={classes.message}>
              <span className={classes.severity}>{t(`problem.${problem.severity}`)}</span> <Say phrase={problem.message} />
            </p>
            {problem.advice && (
              <p className={classes.advice}>
                <Say phrase={problem.advice} />
              </p>
            )}
            {problem.place && !inPlace && <Where place={problem.place} onVisit={onVisit} />}
          </div>
        </li>
      ))}
      {shown.length < problems.length && (
        <li>
          <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
            {t('problem.more', { count: problems.length - shown.length })}
          </Button>
        </li>
      )}
    </ul>
  )
}

function Where({ place, onVisit }: { place: Place; onVisit?: (place: Place) => void }) {
  const { t } = useTranslation()
  const parts = [
    place.file,
    place.setting,
    place.column && t('problem.column', { column: place.column }),
    place.row && t('problem.row', { row: place.row }),
    place.line && t('problem.line', { line: place.line }),
  ].filter(Boolean)
  if (parts.length === 0) return null
  const text = parts.join(' · ')
  return (
    <p className={classes.place}>
      {onVisit && place.line ? (
        <button type="button" onClick={() => onVisit(place)}>
          {text}
        </button>
      ) : (
        text
      )}
    </p>
  )
}
