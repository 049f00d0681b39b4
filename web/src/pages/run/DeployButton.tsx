/** Puts the model that came out of a run to work, and leads on to trying it. */
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useDeploy, useModels } from '../../api/models'
import { Failed } from '../../parts/Failed'
import { Icon } from '../../parts/Icon'
import classes from './DeployButton.module.css'

/** `model` is `name@version`. */
export function DeployButton({ model }: { model: string }) {
  const { t } = useTranslation()
  const at = model.lastIndexOf('@')
  const name = model.slice(0, at)
  const version = Number(model.slice(at + 1))
  const models = useModels()
  const deploy = useDeploy(name)
  const answering = models.data?.find((candidate) => candidate.name === name)?.deployed === version
  return (
    <div className={classes.actions}>
      {answering ? (
        <>
          <span className={classes.answering} role="status">
            <Icon name="check" /> {t('deploy.answers', { model })}
          </span>
          <Button component={Link} to={`/models/${name}/try`} rightSection={<Icon name="arrow" size={16} />}>
            {t('models.try')}
          </Button>
        </>
      ) : (
        <>
          <Button component={Link} to={`/models/${name}`} variant="default">
            {t('deploy.card')}
          </Button>
          <Button loading={deploy.isPending} onClick={() => deploy.mutate(version)}>
            {t('deploy.deploy', { model })}
          </Button>
        </>
      )}
      {deploy.isError && <Failed error={deploy.error} />}
    </div>
  )
}
