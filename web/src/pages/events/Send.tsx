/** How to send the first event: from a terminal, a website, a file. */
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Coded } from '../../parts/Say'
import { Snippet } from '../../parts/Snippet'
import classes from './Send.module.css'
import { curl, file, website } from './snippets'

export function Send() {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const key = typed.trim() || undefined
  const address = window.location.origin
  return (
    <div className={classes.send}>
      <TextInput
        className={classes.key}
        label={t('send.key')}
        description={<Coded text={t('send.keyNote')} />}
        placeholder="fw_…"
        value={typed}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <div className={classes.ways}>
        <section className={classes.way}>
          <h3>{t('send.curl')}</h3>
          <Snippet label="curl" text={curl(address, key)} />
          <p>{t('send.address', { address })}</p>
        </section>
        <section className={classes.way}>
          <h3>{t('send.web')}</h3>
          <Snippet label="posthog-js" text={website(address, key)} />
          <p>
            <Coded text={t('send.webNote')} />
          </p>
        </section>
        <section className={classes.way}>
          <h3>{t('send.file')}</h3>
          <Snippet label="flywheel" text={file()} />
          <p>{t('send.fileNote')}</p>
        </section>
      </div>
    </div>
  )
}
