/** Where a run stands, in a word and a colour. */
import { Badge } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { RunState } from '../api/types'
import classes from './StateBadge.module.css'

export function StateBadge({ state }: { state: RunState }) {
  const { t } = useTranslation()
  return (
    <Badge className={classes.badge} data-state={state} variant="default">
      {t(`run.${state}`)}
    </Badge>
  )
}
