/** A component in a file of its own, fetched when it is first shown. */
import { type ComponentType, lazy } from 'react'
import { Failure } from '../api/failure'

/** Where the file does not come, the server does not answer. */
export function onDemand<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy(() =>
    load().catch((error: Error): never => {
      throw new Failure(0, error.message)
    }),
  )
}
