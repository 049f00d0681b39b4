/** Who sends an event: the way it comes, and the client's library where it says so. */
import type { Sender } from '../../api/types'
import { count } from '../../format'
import { useTongue } from '../../language'
import classes from './Senders.module.css'

/** Senders that are shown; an event rarely has more. */
const MOST = 3

export function Senders({ senders }: { senders: Sender[] }) {
  const tongue = useTongue()
  return (
    <span className={classes.senders}>
      {senders.slice(0, MOST).map((sender) => (
        <span key={`${sender.source} ${sender.library}`} className={classes.sender} title={count(sender.count, tongue)}>
          {sender.source}
          {sender.library && <small>{sender.library}</small>}
        </span>
      ))}
      {senders.length > MOST && <span className={classes.more}>+{senders.length - MOST}</span>}
    </span>
  )
}
