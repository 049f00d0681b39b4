/** A place to drop a file on, or to choose one with. */
import { Button } from '@mantine/core'
import { type DragEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../parts/Icon'
import classes from './DropZone.module.css'
import { dropped } from './dropped'

const ACCEPTED = '.csv,.tsv,.txt,.xlsx,.xlsm,.xlsb,.xls,.ods,.jsonl,.ndjson,.json,.parquet,.zip,.gz'

export function DropZone({ onFile, busy }: { onFile: (file: File) => void; busy: boolean }) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [refused, setRefused] = useState<'folder' | 'several'>()

  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const found = dropped(event.dataTransfer)
    setRefused(found && 'why' in found ? found.why : undefined)
    if (found && 'file' in found && !busy) onFile(found.file)
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
          setRefused(undefined)
          if (file) onFile(file)
          event.target.value = ''
        }}
      />
      {refused && (
        <p className={classes.refused} role="alert">
          <Icon name="warning" size={16} /> {t(`drop.${refused}`)}
        </p>
      )}
      <dl className={classes.forms}>
        <div>
          <dt>CSV · Excel · JSON Lines · Parquet</dt>
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
