/** Each class by itself: how many there are, how often the answer is right, how many are found. */
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ClassReport, Estimate } from '../../api/types'
import { count, interval, metricValue } from '../../format'
import { useTongue } from '../../language'
import classes from './ClassTable.module.css'

export function ClassTable({ classes: reports }: { classes: ClassReport[] }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const cell = (metric: 'precision' | 'recall' | 'f1', estimate: Estimate | null | undefined) =>
    estimate ? (
      <>
        <strong>{metricValue(metric, estimate.value, tongue)}</strong>
        <span className={classes.interval}>{interval(metric, estimate, tongue)}</span>
      </>
    ) : (
      '–'
    )
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('report.classes')}>
      <Table className="numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('report.class')}</Table.Th>
            <Table.Th>{t('report.rows')}</Table.Th>
            <Table.Th>{t('metric.precision.name')}</Table.Th>
            <Table.Th>{t('metric.recall.name')}</Table.Th>
            <Table.Th>{t('metric.f1.name')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {reports.map((report) => (
            <Table.Tr key={report.class}>
              <Table.Th scope="row">{report.class}</Table.Th>
              <Table.Td>{count(report.rows, tongue)}</Table.Td>
              <Table.Td>{cell('precision', report.precision)}</Table.Td>
              <Table.Td>{cell('recall', report.recall)}</Table.Td>
              <Table.Td>{cell('f1', report.f1)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
