/** A form for one row, built from what the model reads; filled with a usual row to start from. */
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { predictRow } from '../../api/models'
import type { ModelSignature } from '../../api/types'
import { Sheet } from '../../parts/Page'
import { Answer } from './Answer'
import { Field } from './Field'
import { blank, type Filled, rowOf, usual } from './row'
import classes from './RowForm.module.css'

export function RowForm({ name, signature }: { name: string; signature: ModelSignature }) {
  const { t } = useTranslation()
  const [filled, setFilled] = useState<Filled>(() => usual(signature.inputs))
  const ask = useMutation({ mutationFn: () => predictRow(name, rowOf(signature.inputs, filled)) })
  // An answer belongs to the row that it was asked for, not to the next one that is being typed.
  const fill = (next: (before: Filled) => Filled) => {
    setFilled(next)
    ask.reset()
  }
  return (
    <Sheet title={t('try.row')} note={t('try.rowNote')}>
      <div className={classes.sheet}>
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault()
            ask.mutate()
          }}
        >
          <div className={classes.fields}>
            {signature.inputs.map((input) => (
              <Field
                key={input.name}
                input={input}
                value={filled[input.name] ?? ''}
                onChange={(value) => fill((before) => ({ ...before, [input.name]: value }))}
              />
            ))}
          </div>
          <div className={classes.actions}>
            <Button type="submit" loading={ask.isPending}>
              {t('try.predict', { target: signature.target })}
            </Button>
            <Button variant="default" onClick={() => fill(() => usual(signature.inputs))}>
              {t('try.usual')}
            </Button>
            <Button variant="default" onClick={() => fill(() => blank(signature.inputs))}>
              {t('try.empty')}
            </Button>
          </div>
        </form>
        <div className={classes.answer}>
          <Answer
            name={name}
            signature={signature}
            answer={{ response: ask.data, error: ask.error ?? undefined }}
            waiting={t('try.rowFirst')}
          />
        </div>
      </div>
    </Sheet>
  )
}
