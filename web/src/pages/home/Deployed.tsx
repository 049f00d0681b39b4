/** The models that answer now, each with its quality and the ways on from it. */
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ModelSummary } from '../../api/types'
import { interval, metricValue } from '../../format'
import { useTongue } from '../../language'
import { Icon } from '../../parts/Icon'
import classes from './Deployed.module.css'

export function Deployed({ models }: { models: ModelSummary[] }) {
  return (
    <ul className={classes.cards}>
      {models.map((model) => (
        <DeployedModel key={model.name} model={model} />
      ))}
    </ul>
  )
}

function DeployedModel({ model }: { model: ModelSummary }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const metric = model.versions.find((version) => version.version === model.deployed)?.metric
  return (
    <li className={classes.card}>
      <div className={classes.name}>
        <Link to={`/models/${model.name}`}>{model.name}</Link>
        <span>{t('models.version', { version: model.deployed })}</span>
      </div>
      {metric && (
        <p className={classes.quality}>
          <strong className="numbers">{metricValue(metric.metric, metric.value, tongue)}</strong>
          <span>
            {t(`metric.${metric.metric}.name`)} · {interval(metric.metric, metric, tongue)}
          </span>
        </p>
      )}
      <div className={classes.ways}>
        <Link to={`/models/${model.name}/try`}>
          <Icon name="pencil" size={16} /> {t('models.try')}
        </Link>
        <Link to={`/models/${model.name}/monitor`}>
          <Icon name="monitor" size={16} /> {t('models.monitor')}
        </Link>
      </div>
    </li>
  )
}
