/** Every metric with its 95% interval, what it means, and where guessing would stand. */
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { EvaluationReport, MetricName, MetricValue } from '../../api/types'
import { Whisker } from '../../charts/Whisker'
import { interval, metricValue } from '../../format'
import { useTongue } from '../../language'
import classes from './Metrics.module.css'

/** Metrics that live between 0 and 1, so that their intervals can stand on one line. */
const UNIT: ReadonlySet<MetricName> = new Set([
  'accuracy', 'balanced_accuracy', 'precision', 'recall', 'f1', 'f1_macro', 'f1_weighted', 'auc', 'average_precision',
  'calibration_error', 'r2',
])

export function Metrics({ report }: { report: EvaluationReport }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const guess = (metric: MetricValue) => (metric.metric === report.verdict.metric ? report.verdict.baseline : undefined)
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('report.metrics')}>
      <Table className="numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('report.metric')}</Table.Th>
            <Table.Th>{t('report.value')}</Table.Th>
            <Table.Th>{t('report.interval')}</Table.Th>
            <Table.Th className={classes.wide} aria-hidden="true" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {report.metrics.map((metric) => (
            <Table.Tr key={metric.metric} className={metric.metric === report.verdict.metric ? classes.head : undefined}>
              <Table.Th scope="row">
                {t(`metric.${metric.metric}.name`)}
                <span className={classes.hint}>{t(`metric.${metric.metric}.hint`)}</span>
              </Table.Th>
              <Table.Td className={classes.value}>{metricValue(metric.metric, metric.value, tongue)}</Table.Td>
              <Table.Td className={classes.interval}>{interval(metric.metric, metric, tongue)}</Table.Td>
              <Table.Td className={classes.wide} aria-hidden="true">
                {UNIT.has(metric.metric) && <Whisker {...metric} from={0} to={1} guess={guess(metric)} />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
