/** A place that is empty yet, with what would fill it. */
import type { ReactNode } from 'react'
import { Wheel } from '../shell/Wheel'
import classes from './Empty.module.css'

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <Wheel size={44} />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  )
}
