/** One way to ask the server: the answer, or a `Failure`. */
import i18next from 'i18next'
import { Failure, failureFrom } from './failure'

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, { signal })
}

export async function post<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-language': i18next.language },
    body: JSON.stringify(body ?? {}),
    signal,
  })
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(path, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Failure(0, String(error))
  })
  const text = await response.text()
  const body = parse(text)
  if (!response.ok) throw failureFrom(response.status, body)
  return body as T
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
