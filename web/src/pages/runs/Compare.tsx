/** Two runs side by side: their curves, their metrics, and the settings in which they differ. */
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useComparison, useRun } from '../../api/runs'
import type { EpochReport, MetricName, RunComparison, RunDetail } from '../../api/types'
import type { Curve } from '../../charts/curve'
import { Curves } from '../../charts/Curves'
import { duration, interval, metricValue, number } from '../../format'
import { useTongue } from '../../language'
import { Empty } from '../../parts/Empty'
import { FailedPage } from '../../parts/Failed'
import { Page, Sheet } from '../../parts/Page'
import { Say } from '../../parts/Say'
import { Waiting } from '../../parts/Waiting'
import classes from './Compare.module.css'

export default function Compare() {
  const { t } = useTranslation()
  const [asked] = useSearchParams()
  const ids = (asked.get('runs') ?? '').split(',').filter((id) => id !== '')
  if (ids.length < 2) {
    return (
      <Page title={t('compare.title')} above={<Link to="/runs">{t('runs.title')}</Link>}>
        <Empty title={t('compare.none')} action={<Link to="/runs">{t('runs.title')}</Link>}>
          {t('compare.noneText')}
        </Empty>
      </Page>
    )
  }
  return <Two one={ids[0]!} two={ids[1]!} />
}

function Two({ one, two }: { one: string; two: string }) {
  const first = useRun(one)
  const second = useRun(two)
  const comparison = useComparison([one, two])
  const failure = first.error ?? second.error ?? comparison.error
  if (failure) return <FailedPage error={failure} />
  if (!first.data || !second.data || !comparison.data) return <Waiting />
  return <SideBySide one={first.data} two={second.data} comparison={comparison.data} />
}

function SideBySide({ one, two, comparison }: { one: RunDetail; two: RunDetail; comparison: RunComparison }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const metric = one.epochs[0]?.metric
  return (
    <Page
      title={t('compare.title')}
      above={<Link to="/runs">{t('runs.title')}</Link>}
      lead={t('compare.lead', { one: one.summary.id, two: two.summary.id })}
    >
      {comparison.findings.length > 0 && (
        <Sheet title={t('compare.says')}>
          <ul className={classes.findings}>
            {comparison.findings.map((finding, index) => (
              <li key={`${finding.key}-${index}`}>
                <Say phrase={finding} />
              </li>
            ))}
          </ul>
        </Sheet>
      )}
      <Sheet title={t('compare.curves')}>
        <div className={classes.curves}>
          <Curves
            title={t('run.lossValidation')}
            curves={curves(one, two, (epoch) => epoch.validation_loss)}
            xName={t('run.epoch')}
            formatY={(value) => number(value, tongue)}
          />
          {metric && (
            <Curves
              title={t(`metric.${metric}.name`)}
              curves={curves(one, two, (epoch) => epoch.validation_metric)}
              xName={t('run.epoch')}
              formatY={(value) => metricValue(metric, value, tongue)}
            />
          )}
        </div>
      </Sheet>
      <Sheet title={t('compare.metrics')} note={t('compare.metricsNote')}>
        <MetricsBeside one={one} two={two} />
      </Sheet>
      <Sheet title={t('compare.settings')}>
        {comparison.settings.length === 0 ? (
          <p className={classes.same}>{t('compare.same')}</p>
        ) : (
          <SettingsBeside one={one} two={two} settings={comparison.settings} />
        )}
      </Sheet>
    </Page>
  )
}

function curves(one: RunDetail, two: RunDetail, pick: (epoch: EpochReport) => number | null | undefined): Curve[] {
  const points = (run: RunDetail) =>
    run.epochs.flatMap((epoch): [number, number][] => {
      const value = pick(epoch)
      return value == null ? [] : [[epoch.epoch, value]]
    })
  return [
    { name: one.summary.id, color: 'mark', points: points(one) },
    { name: two.summary.id, color: 'answer', points: points(two), dashed: true },
  ]
}

function MetricsBeside({ one, two }: { one: RunDetail; two: RunDetail }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const of = (run: RunDetail) => run.report?.validation?.metrics ?? []
  const names = [...new Set([...of(one), ...of(two)].map(({ metric }) => metric))]
  const cell = (run: RunDetail, metric: MetricName) => {
    const value = of(run).find((candidate) => candidate.metric === metric)
    if (!value) return '–'
    return (
      <>
        <strong>{metricValue(metric, value.value, tongue)}</strong> <span className={classes.soft}>{interval(metric, value, tongue)}</span>
      </>
    )
  }
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('compare.metrics')}>
      <Table className="numbers">
        <Heads one={one} two={two} />
        <Table.Tbody>
          {names.map((metric) => (
            <Table.Tr key={metric}>
              <Table.Th scope="row">{t(`metric.${metric}.name`)}</Table.Th>
              <Table.Td>{cell(one, metric)}</Table.Td>
              <Table.Td>{cell(two, metric)}</Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Th scope="row">{t('runs.epochs')}</Table.Th>
            <Table.Td>{one.summary.epochs}</Table.Td>
            <Table.Td>{two.summary.epochs}</Table.Td>
          </Table.Tr>
          <Table.Tr>
            <Table.Th scope="row">{t('runs.took')}</Table.Th>
            <Table.Td>{duration(one.summary.secs, tongue)}</Table.Td>
            <Table.Td>{duration(two.summary.secs, tongue)}</Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </div>
  )
}

interface SettingsBesideProps {
  one: RunDetail
  two: RunDetail
  settings: RunComparison['settings']
}

function SettingsBeside({ one, two, settings }: SettingsBesideProps) {
  const { t } = useTranslation()
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('compare.settings')}>
      <Table>
        <Heads one={one} two={two} />
        <Table.Tbody>
          {settings.map((setting) => (
            <Table.Tr key={setting.path}>
              <Table.Th scope="row" className={classes.code}>
                {setting.path}
              </Table.Th>
              {setting.values.map((value, run) => (
                <Table.Td key={run} className={classes.code}>
                  {value || '–'}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function Heads({ one, two }: { one: RunDetail; two: RunDetail }) {
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Td />
        {[one, two].map((run) => (
          <Table.Th key={run.summary.id}>
            <Link to={`/runs/${run.summary.id}`}>{run.summary.id}</Link>
          </Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
  )
}
