/** Quality over the predictions whose truth is known, beside what the validation part promised; or how to send truths. */
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { MetricValue, MonitorReport } from '../../api/types'
import { interval, metricValue } from '../../format'
import { useTongue } from '../../language'
import classes from './Realised.module.css'

export function Realised({ report }: { report: MonitorReport }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  if (report.realised.length === 0) {
    return (
      <>
        <p className={classes.how}>{t('monitor.how')}</p>
        <pre className={classes.code} tabIndex={0}>{`POST /api/v1/predictions/{id}/label
{"label": "…"}`}</pre>
      </>
    )
  }
  const cell = (metric: MetricValue | undefined) =>
    metric ? (
      <>
        <strong>{metricValue(metric.metric, metric.value, tongue)}</strong>{' '}
        <span className={classes.soft}>{interval(metric.metric, metric, tongue)}</span>
      </>
    ) : (
      '–'
    )
  return (
    <Table className="numbers">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('report.metric')}</Table.Th>
          <Table.Th>{t('monitor.realisedName')}</Table.Th>
          <Table.Th>{t('monitor.expectedName')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {report.realised.map((metric) => (
          <Table.Tr key={metric.metric}>
            <Table.Th scope="row">{t(`metric.${metric.metric}.name`)}</Table.Th>
            <Table.Td>{cell(metric)}</Table.Td>
            <Table.Td>{cell(report.expected.find((expected) => expected.metric === metric.metric))}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
