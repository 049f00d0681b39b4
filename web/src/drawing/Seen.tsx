/** What the model is shown: the drawing's pixels, enlarged. */
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Seen.module.css'

export function Seen({ pixels, width, height }: { pixels: Float32Array | undefined; width: number; height: number }) {
  const { t } = useTranslation()
  const canvas = useRef<HTMLCanvasElement>(null)

  useEffect(() => {
    const context = canvas.current!.getContext('2d')!
    const image = context.createImageData(width, height)
    for (let index = 0; index < width * height; index += 1) {
      const ink = pixels?.[index] ?? 0
      image.data.set([ink, ink, ink, 255], index * 4)
    }
    context.putImageData(image, 0, 0)
  }, [pixels, width, height])

  return (
    <figure className={classes.seen}>
      <canvas ref={canvas} width={width} height={height} className={classes.pixels} role="img" aria-label={t('pad.seen')} />
      <figcaption>{t('pad.seenNote', { width, height })}</figcaption>
    </figure>
  )
}
