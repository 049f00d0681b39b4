/** Curves over epochs: a legend that is text, and a drawing that comes when it is needed. */
import { Skeleton } from '@mantine/core'
import { Suspense } from 'react'
import { onDemand } from '../parts/onDemand'
import classes from './Curves.module.css'
import type { CurvesProps } from './curve'

const Drawing = onDemand(() => import('./CurvesDrawing'))

export function Curves(props: CurvesProps) {
  const height = props.height ?? 260
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span className={classes.title}>{props.title}</span>
        <span className={classes.legend}>
          {props.curves
            .filter((curve) => !curve.faint)
            .map((curve) => (
              <span key={curve.name} className={classes.name}>
                <i style={{ borderTopColor: `var(--${curve.color})`, borderTopStyle: curve.dashed ? 'dashed' : 'solid' }} />
                {curve.name}
              </span>
            ))}
        </span>
      </figcaption>
      <Suspense fallback={<Skeleton height={height} radius="md" />}>
        <Drawing {...props} height={height} />
      </Suspense>
    </figure>
  )
}
