/** What the page shows where an answer should be and is not. */
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Failure } from '../api/failure'
import { Icon } from './Icon'
import classes from './Failed.module.css'
import { Problems } from './Problems'
import { Coded } from './Say'

export function Failed({ error, retry }: { error: Error; retry?: () => void }) {
  const { t } = useTranslation()
  const failure = error instanceof Failure ? error : new Failure(-1, error.message)
  const silent = failure.status === 0
  return (
    <div role="alert" className={classes.failed}>
      <div className={classes.head}>
        <Icon name="error" size={20} />
        <div>
          <p className={classes.title}>{silent ? t('failure.silent') : titleOf(failure, t('failure.several', { count: failure.problems.length }))}</p>
          {silent && (
            <p className={classes.advice}>
              <Coded text={t('failure.silentAdvice')} />
            </p>
          )}
        </div>
      </div>
      <Problems problems={failure.problems} />
      {retry && (
        <Button variant="default" size="sm" onClick={retry} style={{ justifySelf: 'start' }}>
          {t('failure.retry')}
        </Button>
      )}
    </div>
  )
}

/** The problems speak for themselves where there are any. */
function titleOf(failure: Failure, several: string): string {
  return failure.problems.length > 0 ? several : failure.message
}
