/** The models that answer, each with the way to how it fares. */
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useModels } from '../../api/models'
import { Empty } from '../../parts/Empty'
import { FailedPage } from '../../parts/Failed'
import { Page } from '../../parts/Page'
import { Waiting } from '../../parts/Waiting'
import { Fares } from './Fares'
import classes from './MonitorList.module.css'

export default function MonitorList() {
  const { t } = useTranslation()
  const models = useModels()
  if (models.isError && !models.data) return <FailedPage error={models.error} retry={() => void models.refetch()} />
  if (!models.data) return <Waiting />
  const deployed = models.data.filter((model) => model.deployed != null)
  return (
    <Page title={t('monitor.title')} lead={t('monitor.lead')}>
      {deployed.length === 0 ? (
        <Empty
          title={t('monitor.none')}
          action={
            <Button component={Link} to={models.data.length > 0 ? '/models' : '/new'}>
              {models.data.length > 0 ? t('models.title') : t('home.train')}
            </Button>
          }
        >
          {t('monitor.noneText')}
        </Empty>
      ) : (
        <ul className={classes.list}>
          {deployed.map((model) => (
            <Fares key={model.name} name={model.name} />
          ))}
        </ul>
      )}
    </Page>
  )
}
