/** The curves as numbers, for who wants them exactly or cannot see the drawing. */
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { EpochReport } from '../../api/types'
import { duration, metricValue, number } from '../../format'
import { useTongue } from '../../language'
import classes from './EpochTable.module.css'

export function EpochTable({ epochs }: { epochs: EpochReport[] }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const metric = epochs[0]?.metric
  if (!metric) return null
  return (
    <details className={classes.details}>
      <summary>{t('run.numbers')}</summary>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('run.numbers')}>
        <Table className="numbers" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('run.epoch')}</Table.Th>
              <Table.Th>{t('run.lossTraining')}</Table.Th>
              <Table.Th>{t('run.lossValidation')}</Table.Th>
              <Table.Th>{t('run.metricTraining', { metric: t(`metric.${metric}.name`) })}</Table.Th>
              <Table.Th>{t('run.metricValidation', { metric: t(`metric.${metric}.name`) })}</Table.Th>
              <Table.Th>{t('run.rate')}</Table.Th>
              <Table.Th>{t('runs.took')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {epochs.map((epoch) => (
              <Table.Tr key={epoch.epoch}>
                <Table.Td>{epoch.epoch}</Table.Td>
                <Table.Td>{number(epoch.train_loss, tongue)}</Table.Td>
                <Table.Td>{number(epoch.validation_loss, tongue)}</Table.Td>
                <Table.Td>{metricValue(metric, epoch.train_metric, tongue)}</Table.Td>
                <Table.Td>
                  {metricValue(metric, epoch.validation_metric, tongue)} {epoch.best && <span title={t('run.bestThen')}>●</span>}
                </Table.Td>
                <Table.Td>{number(epoch.learning_rate, tongue)}</Table.Td>
                <Table.Td>{duration(epoch.secs, tongue)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </details>
  )
}
