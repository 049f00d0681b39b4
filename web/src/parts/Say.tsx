/** A server's phrase in the language shown; what stands in backticks is set as code. */
import type { Phrase } from '../api/types'
import { useSay } from '../language'
import classes from './Say.module.css'

export function Say({ phrase }: { phrase: Phrase }) {
  return <Coded text={useSay()(phrase)} />
}

export function Coded({ text }: { text: string }) {
  const pieces = text.split('`')
  return (
    <>
      {pieces.map((piece, index) =>
        index % 2 === 1 && index < pieces.length - 1 ? (
          // The pieces of one sentence never change places.
          <code key={index} className={classes.code}>
            {piece}
          </code>
        ) : (
          piece
        ),
      )}
    </>
  )
}
