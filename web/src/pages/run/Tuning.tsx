/** A search over settings: what it found, what mattered most, and every trial. */
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { TuneReport } from '../../api/types'
import { ShareBars } from '../../charts/ShareBars'
import { duration, metricValue } from '../../format'
import { useTongue } from '../../language'
import { Sheet } from '../../parts/Page'
import { Say } from '../../parts/Say'
import classes from './Tuning.module.css'

export function Tuning({ report }: { report: TuneReport }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const paths = [...new Set(report.trials.flatMap((trial) => trial.settings.map(({ path }) => path)))]
  return (
    <>
      <Sheet title={t('tune.title')} note={t('tune.spent', { spent: report.epochs_spent, budget: report.budget_epochs ?? '–' })}>
        <ul className={classes.findings}>
          {report.findings.map((finding, index) => (
            <li key={`${finding.key}-${index}`}>
              <Say phrase={finding} />
            </li>
          ))}
        </ul>
        {report.importance.length > 0 && (
          <>
            <h3 className={classes.head}>{t('tune.importance')}</h3>
            <ShareBars
              label={t('tune.importance')}
              bars={report.importance.map(({ path, share }) => ({ label: path, share }))}
            />
          </>
        )}
      </Sheet>
      <Sheet title={t('tune.trials')}>
        <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('tune.trials')}>
          <Table className="numbers" fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('tune.trial')}</Table.Th>
                <Table.Th>{t(`metric.${report.metric}.name`)}</Table.Th>
                {paths.map((path) => (
                  <Table.Th key={path} className={classes.path}>
                    {path}
                  </Table.Th>
                ))}
                <Table.Th>{t('runs.epochs')}</Table.Th>
                <Table.Th>{t('runs.took')}</Table.Th>
                <Table.Th>{t('runs.state')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {report.trials.map((trial) => (
                <Table.Tr key={trial.trial} className={trial.trial === report.best ? classes.best : undefined}>
                  <Table.Td>{trial.trial}</Table.Td>
                  <Table.Td>{metricValue(report.metric, trial.value, tongue)}</Table.Td>
                  {paths.map((path) => (
                    <Table.Td key={path}>{shown(trial.settings.find((setting) => setting.path === path)?.value)}</Table.Td>
                  ))}
                  <Table.Td>{trial.epochs}</Table.Td>
                  <Table.Td>{duration(trial.secs, tongue)}</Table.Td>
                  <Table.Td>{t(`trial.${trial.state}`)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </Sheet>
    </>
  )
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'number') return String(Number(value.toPrecision(4)))
  return typeof value === 'string' ? value : JSON.stringify(value)
}
