/** The head of a model's three pages: its card, trying it, watching it. */
import { useTranslation } from 'react-i18next'
import { Link, NavLink, Outlet, useOutletContext, useParams, useSearchParams } from 'react-router'
import { useModel } from '../../api/models'
import type { ModelDetail } from '../../api/types'
import { FailedPage } from '../../parts/Failed'
import { Page } from '../../parts/Page'
import { Waiting } from '../../parts/Waiting'
import classes from './ModelFrame.module.css'

export default function ModelFrame() {
  const { t } = useTranslation()
  const { name = '' } = useParams()
  const [asked] = useSearchParams()
  const version = Number(asked.get('version') ?? Number.NaN)
  const model = useModel(name, Number.isInteger(version) ? version : undefined)
  if (model.isError && !model.data) return <FailedPage error={model.error} retry={() => void model.refetch()} />
  if (!model.data) return <Waiting />
  const { deployed } = model.data.model
  return (
    <Page
      title={name}
      above={<Link to="/models">{t('models.title')}</Link>}
      lead={deployed != null ? t('model.answers', { version: deployed }) : t('model.silent')}
      actions={
        <nav className={classes.tabs} aria-label={t('model.pages')}>
          <NavLink to={`/models/${name}`} end>
            {t('model.card')}
          </NavLink>
          <NavLink to={`/models/${name}/try`}>{t('models.try')}</NavLink>
          <NavLink to={`/models/${name}/monitor`}>{t('models.monitor')}</NavLink>
        </nav>
      }
    >
      <Outlet context={model.data} />
    </Page>
  )
}

/** The model whose page this is. */
export function useShownModel(): ModelDetail {
  return useOutletContext<ModelDetail>()
}
