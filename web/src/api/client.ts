/** One way to ask the server, typed by its own document: the answer, or a `Failure`. */
import i18next from 'i18next'
import createClient from 'openapi-fetch'
import { Failure, failureFrom } from './failure'
import type { paths } from './schema'

export const server = createClient<paths>()

server.use({
  onRequest({ request }) {
    request.headers.set('accept-language', i18next.language)
  },
  async onResponse({ response }) {
    if (response.ok) return
    throw failureFrom(response.status, parsed(await response.text()))
  },
  onError({ error }) {
    if (error instanceof Failure || (error instanceof DOMException && error.name === 'AbortError')) return
    return new Failure(0, String(error))
  },
})

/** The data of an answer; one that failed has been thrown before. */
export async function answer<T>(asked: Promise<{ data?: T }>): Promise<T> {
  return (await asked).data as T
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
