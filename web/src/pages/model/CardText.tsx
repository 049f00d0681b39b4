/** A model's card, written in Markdown, set in the page's type; tags in it stay text. */
import Markdown from 'markdown-to-jsx/react'
import classes from './CardText.module.css'

export function CardText({ markdown }: { markdown: string }) {
  return (
    <div className={classes.card}>
      <Markdown options={{ disableParsingRawHTML: true, forceBlock: true, overrides: HEADINGS }}>{markdown}</Markdown>
    </div>
  )
}

/** The page has a first and a second level already. */
const HEADINGS = { h1: { component: 'h3' }, h2: { component: 'h4' }, h3: { component: 'h5' } } as const
