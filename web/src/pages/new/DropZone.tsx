/** A place to drop a file on, or to choose one with. */
import { Button } from '@mantine/core'
import { type DragEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../parts/Icon'
import classes from './DropZone.module.css'

const ACCEPTED = '.csv,.tsv,.jsonl,.ndjson,.json,.parquet,.zip,.gz'

export function DropZone({ onFile, busy }: { onFile: (file: File) => void; busy: boolean }) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)

  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file && !busy) onFile(file)
  }

  return (
    <div
      className={classes.zone}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <span className={classes.sign}>
        <Icon name="upload" size={30} />
      </span>
      <h2>{t('drop.title')}</h2>
      <p>{t('drop.text')}</p>
      <Button loading={busy} onClick={() => input.current?.click()}>
        {t('drop.choose')}
      </Button>
      <input
        ref={input}
        type="file"
        accept={ACCEPTED}
        aria-label={t('drop.choose')}
        tabIndex={-1}
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0]
          if (file) onFile(file)
          event.target.value = ''
        }}
      />
      <dl className={classes.forms}>
        <div>
          <dt>CSV · JSON Lines · Parquet</dt>
          <dd>{t('drop.tables')}</dd>
        </div>
        <div>
          <dt>ZIP</dt>
          <dd>{t('drop.images')}</dd>
        </div>
      </dl>
    </div>
  )
}
