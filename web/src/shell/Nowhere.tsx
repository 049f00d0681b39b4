/** An address that leads nowhere. */
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Empty } from '../parts/Empty'
import { Page } from '../parts/Page'

export default function Nowhere() {
  const { t } = useTranslation()
  return (
    <Page title={t('nowhere.title')}>
      <Empty
        title={t('nowhere.title')}
        action={
          <Button component={Link} to="/">
            {t('nowhere.home')}
          </Button>
        }
      >
        {t('nowhere.text')}
      </Empty>
    </Page>
  )
}
