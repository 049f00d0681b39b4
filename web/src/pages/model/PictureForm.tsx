/** A picture from a file, for a model that reads images. */
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { predictImage } from '../../api/models'
import type { ImageShape, ModelSignature } from '../../api/types'
import { Icon } from '../../parts/Icon'
import { Sheet } from '../../parts/Page'
import { Answer } from './Answer'
import classes from './PictureForm.module.css'

interface PictureFormProps {
  name: string
  signature: ModelSignature
  shape: ImageShape
  /** Beside the drawing pad the answer appears only once a file is chosen. */
  beside: boolean
}

export function PictureForm({ name, signature, shape, beside }: PictureFormProps) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState<File>()
  const picture = useObjectAddress(file)
  const ask = useMutation({ mutationFn: async (file: File) => predictImage(name, { png: await base64(file) }) })
  const choose = (chosen: File | undefined) => {
    if (!chosen) return
    setFile(chosen)
    ask.mutate(chosen)
  }
  return (
    <Sheet title={t('try.picture')} note={t('try.pictureNote', { ...shape })}>
      <div className={classes.picture}>
        <div className={classes.left}>
          {picture && <img src={picture} alt={t('try.chosen', { file: file?.name })} />}
          <Button
            variant={beside ? 'default' : 'filled'}
            leftSection={<Icon name="image" size={16} />}
            loading={ask.isPending}
            onClick={() => input.current?.click()}
          >
            {t('try.choosePicture')}
          </Button>
          <input
            ref={input}
            type="file"
            accept="image/png,image/jpeg,image/webp"
            aria-label={t('try.choosePicture')}
            hidden
            onChange={(event) => {
              choose(event.target.files?.[0])
              event.target.value = ''
            }}
          />
        </div>
        {(file || !beside) && (
          <Answer
            name={name}
            signature={signature}
            answer={{ response: ask.data, error: ask.error ?? undefined }}
            waiting={t('try.pictureFirst')}
          />
        )}
      </div>
    </Sheet>
  )
}

function useObjectAddress(file: File | undefined): string | undefined {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    if (!file) return
    const made = URL.createObjectURL(file)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return address
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '')
    reader.onerror = () => reject(reader.error ?? new Error('the file cannot be read'))
    reader.readAsDataURL(file)
  })
}
