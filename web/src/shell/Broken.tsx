/** A page has failed: what happened, and a way to start afresh; a server that was silent is waited for. */
import { useEffect } from 'react'
import { useRouteError } from 'react-router'
import { FailedPage } from '../parts/Failed'

const LOOK_MILLIS = 2000

/** `alone` where the frame has failed with the page. */
export function Broken({ alone = false }: { alone?: boolean }) {
  const error = useRouteError()

  useEffect(() => {
    let silent = false
    const look = async () => {
      const answers = await serverAnswers()
      if (silent && answers) window.location.reload()
      silent = !answers
    }
    const timer = setInterval(() => void look(), LOOK_MILLIS)
    void look()
    return () => clearInterval(timer)
  }, [])

  // Reloading what no server sends would leave the browser's own error in place of the page.
  const retry = async () => {
    if (await serverAnswers()) window.location.reload()
  }
  const failed = <FailedPage error={error instanceof Error ? error : new Error(String(error))} retry={() => void retry()} />
  return alone ? <main style={{ maxWidth: 640, margin: '12vh auto', padding: 20 }}>{failed}</main> : failed
}

function serverAnswers(): Promise<boolean> {
  return fetch('/api/v1/project').then(
    () => true,
    () => false,
  )
}
