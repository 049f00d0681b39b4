/** A model's card and versions: what it is for, how good it is, which version answers, and how to change that. */
import { useTranslation } from 'react-i18next'
import type { DeploymentReport } from '../../api/types'
import { moment } from '../../format'
import { useTongue } from '../../language'
import { Sheet } from '../../parts/Page'
import classes from './Card.module.css'
import { CardText } from './CardText'
import { useShownModel } from './ModelFrame'
import { Versions } from './Versions'

export default function Card() {
  const { t } = useTranslation()
  const tongue = useTongue()
  const detail = useShownModel()
  return (
    <>
      <Versions model={detail.model} />
      <Sheet title={t('model.cardTitle', { version: detail.version })}>
        <CardText markdown={tongue === 'zh' ? detail.card_zh : detail.card_en} />
      </Sheet>
      {detail.deployments.length > 0 && (
        <Sheet title={t('model.history')}>
          <ol className={classes.history}>
            {detail.deployments.map((deployment) => (
              <HistoryLine key={`${deployment.at}-${deployment.version}`} deployment={deployment} />
            ))}
          </ol>
        </Sheet>
      )}
      <Sheet title={t('run.recipe')}>
        <details>
          <summary className={classes.summary}>{t('run.showRecipe')}</summary>
          <pre className={classes.recipe} tabIndex={0}>
            {detail.recipe}
          </pre>
        </details>
      </Sheet>
    </>
  )
}

function HistoryLine({ deployment }: { deployment: DeploymentReport }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <li>
      <time dateTime={deployment.at}>{moment(deployment.at, tongue)}</time>
      <span>
        {deployment.previous != null
          ? t(deployment.action === 'rollback' ? 'model.rolledBack' : 'model.replaced', {
              version: deployment.version,
              previous: deployment.previous,
            })
          : t('model.deployedFirst', { version: deployment.version })}
      </span>
    </li>
  )
}
