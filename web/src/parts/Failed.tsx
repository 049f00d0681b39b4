/** What the page shows where an answer should be and is not. */
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Failure } from '../api/failure'
import { Icon } from './Icon'
import classes from './Failed.module.css'
import { Page } from './Page'
import { Problems } from './Problems'
import { Coded } from './Say'

interface FailedProps {
  error: Error
  retry?: () => void
}

/** A whole page that could not be shown. */
export function FailedPage({ error, retry, above }: FailedProps & { above?: ReactNode }) {
  const { t } = useTranslation()
  return (
    <Page title={title(asFailure(error), t)} above={above}>
      <Failed error={error} retry={retry} />
    </Page>
  )
}

export function Failed({ error, retry }: FailedProps) {
  const { t } = useTranslation()
  const failure = asFailure(error)
  return (
    <div role="alert" className={classes.failed}>
      <div className={classes.head}>
        <Icon name="error" size={20} />
        <div>
          <p className={classes.title}>{title(failure, t)}</p>
          {failure.status === 0 && (
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

function asFailure(error: Error): Failure {
  return error instanceof Failure ? error : new Failure(-1, error.message)
}

type Translate = ReturnType<typeof useTranslation>['t']

/** The kind in words where the problems say the rest, else whatever message there is. */
function title(failure: Failure, t: Translate): string {
  if (failure.status === 0) return t('failure.silent')
  if (failure.problems.length === 0) return failure.message
  switch (failure.kind) {
    case 'not-found':
      return t('failure.notFound')
    case 'conflict':
      return t('failure.conflict')
    case 'unavailable':
      return t('failure.unavailable')
    case 'internal':
      return t('failure.internal')
    default:
      return t('failure.several', { count: failure.problems.length })
  }
}
