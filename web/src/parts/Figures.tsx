/** A few numbers side by side, each with what it counts and a line below it. */
import type { ReactNode } from 'react'
import classes from './Figures.module.css'

export interface Figure {
  name: string
  value: ReactNode
  note?: ReactNode
  bad?: boolean
}

export function Figures({ figures }: { figures: Figure[] }) {
  return (
    <dl className={`${classes.figures} numbers`}>
      {figures.map((figure) => (
        <div key={figure.name}>
          <dt>{figure.name}</dt>
          <dd data-bad={figure.bad}>
            {figure.value}
            {figure.note && <small>{figure.note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
