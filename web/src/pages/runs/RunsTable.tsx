/** Runs as lines of a table; the ones under way show how far they are. */
import { Checkbox, Progress, Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { RunSummary } from '../../api/types'
import { ago, count, duration, metricValue } from '../../format'
import { useTongue } from '../../language'
import { StateBadge } from '../../parts/StateBadge'
import classes from './RunsTable.module.css'

interface RunsTableProps {
  runs: RunSummary[]
  chosen?: string[]
  /** When given, each line has a box to choose it with. */
  onChoose?: (id: string) => void
}

export function RunsTable({ runs, chosen = [], onChoose }: RunsTableProps) {
  const { t } = useTranslation()
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('runs.title')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {onChoose && (
              <Table.Th className={classes.box}>
                <span className={classes.hidden}>{t('runs.choose')}</span>
              </Table.Th>
            )}
            <Table.Th>{t('runs.run')}</Table.Th>
            <Table.Th>{t('runs.state')}</Table.Th>
            <Table.Th>{t('runs.best')}</Table.Th>
            <Table.Th>{t('runs.epochs')}</Table.Th>
            <Table.Th>{t('runs.took')}</Table.Th>
            <Table.Th>{t('runs.started')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <RunLine key={run.id} run={run} chosen={chosen.includes(run.id)} onChoose={onChoose} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function RunLine({ run, chosen, onChoose }: { run: RunSummary; chosen: boolean; onChoose?: (id: string) => void }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const share = run.planned_epochs > 0 ? run.epochs / run.planned_epochs : 0
  return (
    <Table.Tr data-run={run.id}>
      {onChoose && (
        <Table.Td className={classes.box}>
          <Checkbox checked={chosen} onChange={() => onChoose(run.id)} aria-label={t('runs.chooseRun', { run: run.id })} />
        </Table.Td>
      )}
      <Table.Td className={classes.run}>
        <Link to={`/runs/${run.id}`} className={classes.id}>
          {run.id}
        </Link>
        <span className={classes.of}>
          {run.kind !== 'train' && `${t(`run.kind.${run.kind}`)} · `}
          {run.model ?? run.recipe}
        </span>
      </Table.Td>
      <Table.Td>
        <StateBadge state={run.state} />
      </Table.Td>
      <Table.Td className={`${classes.best} numbers`}>
        {run.metric && run.best != null ? (
          <>
            <strong>{metricValue(run.metric, run.best, tongue)}</strong>
            <span className={classes.of}>{t(`metric.${run.metric}.name`)}</span>
          </>
        ) : (
          '–'
        )}
      </Table.Td>
      <Table.Td className={`${classes.epochs} numbers`}>
        {count(run.epochs, tongue)} / {count(run.planned_epochs, tongue)}
        {run.state === 'running' && (
          <Progress value={share * 100} size="sm" color="saffron.5" aria-label={t('run.progress')} />
        )}
      </Table.Td>
      <Table.Td className={`${classes.took} numbers`}>{duration(run.secs, tongue)}</Table.Td>
      <Table.Td className={classes.when}>{ago(run.started_at, Date.now(), tongue)}</Table.Td>
    </Table.Tr>
  )
}
