/** Every model with the version that answers and how good its newest is. */
import { Button, Table, VisuallyHidden } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useModels } from '../../api/models'
import type { ModelSummary } from '../../api/types'
import { ago, interval, metricValue } from '../../format'
import { useTongue } from '../../language'
import { Empty } from '../../parts/Empty'
import { FailedPage } from '../../parts/Failed'
import { Page, Sheet } from '../../parts/Page'
import { Waiting } from '../../parts/Waiting'
import classes from './Models.module.css'

export default function Models() {
  const { t } = useTranslation()
  const models = useModels()
  if (models.isError && !models.data) return <FailedPage error={models.error} retry={() => void models.refetch()} />
  if (!models.data) return <Waiting />
  return (
    <Page title={t('models.title')} lead={t('models.lead')}>
      {models.data.length === 0 ? (
        <Empty
          title={t('models.none')}
          action={
            <Button component={Link} to="/new">
              {t('home.train')}
            </Button>
          }
        >
          {t('models.noneText')}
        </Empty>
      ) : (
        <Sheet>
          <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('models.title')}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('models.name')}</Table.Th>
                  <Table.Th>{t('models.answering')}</Table.Th>
                  <Table.Th>{t('models.newest')}</Table.Th>
                  <Table.Th>{t('models.quality')}</Table.Th>
                  <Table.Th>{t('models.made')}</Table.Th>
                  <Table.Th>
                    <VisuallyHidden>{t('models.ways')}</VisuallyHidden>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {models.data.map((model) => (
                  <ModelLine key={model.name} model={model} />
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </Sheet>
      )}
    </Page>
  )
}

function ModelLine({ model }: { model: ModelSummary }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const newest = model.versions[0]
  const metric = newest?.metric
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Link to={`/models/${model.name}`} className={classes.name}>
          {model.name}
        </Link>
      </Table.Th>
      <Table.Td>
        {model.deployed != null ? (
          <strong className={classes.answers}>{t('models.version', { version: model.deployed })}</strong>
        ) : (
          <span className={classes.soft}>{t('models.notDeployed')}</span>
        )}
      </Table.Td>
      <Table.Td>{newest ? t('models.version', { version: newest.version }) : '–'}</Table.Td>
      <Table.Td className="numbers">
        {metric ? (
          <>
            <strong>{metricValue(metric.metric, metric.value, tongue)}</strong>{' '}
            <span className={classes.soft}>
              {t(`metric.${metric.metric}.name`)} · {interval(metric.metric, metric, tongue)}
            </span>
          </>
        ) : (
          '–'
        )}
      </Table.Td>
      <Table.Td className={classes.soft}>{newest ? ago(newest.created_at, Date.now(), tongue) : '–'}</Table.Td>
      <Table.Td className={classes.ways}>
        {model.deployed != null && <Link to={`/models/${model.name}/try`}>{t('models.try')}</Link>}
      </Table.Td>
    </Table.Tr>
  )
}
