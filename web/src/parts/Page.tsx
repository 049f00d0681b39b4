/** The head of a page: where one is, what it is called, what can be done. */
import { type ReactNode, useEffect } from 'react'
import classes from './Page.module.css'

interface PageProps {
  title: string
  /** A short line above the title: where this page stands. */
  above?: ReactNode
  /** One or two sentences below it. */
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

export function Page({ title, above, lead, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Flywheel`
  }, [title])
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div className={classes.words}>
          {above && <div className={classes.above}>{above}</div>}
          <h1>{title}</h1>
          {lead && <p className={classes.lead}>{lead}</p>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** A part of a page, on its own sheet. */
export function Sheet({
  title,
  note,
  aside,
  children,
  id,
}: {
  title?: ReactNode
  note?: ReactNode
  aside?: ReactNode
  children: ReactNode
  id?: string
}) {
  return (
    <section className={`sheet ${classes.sheet}`} id={id}>
      {(title || aside) && (
        <div className={classes.sheetHead}>
          <div>
            {title && <h2>{title}</h2>}
            {note && <p>{note}</p>}
          </div>
          {aside}
        </div>
      )}
      {children}
    </section>
  )
}
