/** The drawing pad, with what the model thinks of the drawing while it grows. */
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ModelSignature } from '../../api/types'
import { digit, type Grey } from '../../drawing/digit'
import { Pad } from '../../drawing/Pad'
import { Seen } from '../../drawing/Seen'
import { Sheet } from '../../parts/Page'
import { Answer } from './Answer'
import classes from './DrawForm.module.css'
import { useLiveAnswer } from './useLiveAnswer'

interface DrawFormProps {
  name: string
  signature: ModelSignature
  /** Side of the square image that the model reads. */
  side: number
}

export function DrawForm({ name, signature, side }: DrawFormProps) {
  const { t } = useTranslation()
  const [pixels, setPixels] = useState<Float32Array>()
  const [growing, setGrowing] = useState(false)
  const answer = useLiveAnswer(name, pixels, growing)
  const see = useCallback((ink: Grey) => setPixels(digit(ink, side)), [side])
  return (
    <Sheet title={t('try.draw')} note={t('try.drawNote')}>
      <div className={classes.draw}>
        <div className={classes.left}>
          <Pad onDraw={see} onPen={setGrowing} />
          <Seen pixels={pixels} width={side} height={side} />
        </div>
        <Answer name={name} signature={signature} answer={answer} waiting={t('try.drawFirst')} />
      </div>
    </Sheet>
  )
}
