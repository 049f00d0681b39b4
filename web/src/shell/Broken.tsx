/** The page itself has failed: what happened, and a way to start afresh. */
import { useRouteError } from 'react-router'
import { Failed } from '../parts/Failed'

export function Broken() {
  const error = useRouteError()
  return (
    <main style={{ maxWidth: 640, margin: '12vh auto', padding: 20 }}>
      <Failed error={error instanceof Error ? error : new Error(String(error))} retry={() => window.location.reload()} />
    </main>
  )
}
