/** Telling the model the truth about an answer, so that its realised quality can be known. */
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTruth } from '../../api/monitor'
import type { ModelSignature } from '../../api/types'
import { Failed } from '../../parts/Failed'
import { Icon } from '../../parts/Icon'
import classes from './Truth.module.css'

/** More classes than this are typed, not clicked. */
const CLICKABLE = 12

export function Truth({ name, signature, id }: { name: string; signature: ModelSignature; id: string | undefined }) {
  const { t } = useTranslation()
  const truth = useTruth(name)
  const [typed, setTyped] = useState('')
  if (!id) return null
  if (truth.isSuccess) {
    return (
      <p className={classes.thanks} role="status">
        <Icon name="check" size={16} /> {t('truth.thanks', { label: truth.variables.label })}
      </p>
    )
  }
  const clickable = signature.labels.length > 0 && signature.labels.length <= CLICKABLE
  return (
    <div className={classes.truth}>
      <p>{t('truth.ask')}</p>
      {clickable ? (
        <div className={classes.labels}>
          {signature.labels.map((label) => (
            <Button
              key={label}
              variant="default"
              size="compact-md"
              disabled={truth.isPending}
              aria-label={t('truth.is', { label })}
              onClick={() => truth.mutate({ id, label })}
            >
              {label}
            </Button>
          ))}
        </div>
      ) : (
        <form
          className={classes.labels}
          onSubmit={(event) => {
            event.preventDefault()
            if (typed.trim() !== '') truth.mutate({ id, label: typed.trim() })
          }}
        >
          <TextInput size="sm" aria-label={t('truth.ask')} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
          <Button type="submit" size="sm" variant="default" loading={truth.isPending}>
            {t('truth.send')}
          </Button>
        </form>
      )}
      {truth.isError && <Failed error={truth.error} />}
    </div>
  )
}
