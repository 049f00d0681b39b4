/** What went wrong between the page and the server, with every mistake the server named. */
import type { Problem, ProblemDocument } from './types'

/** An answer that is not the one asked for, or no answer at all. */
export class Failure extends Error {
  /** The HTTP status; 0 when the server did not answer. */
  readonly status: number
  /** The kind of problem, such as `not-found`; absent when the server named none. */
  readonly kind: string | undefined
  /** Every mistake, with place and advice; empty when the server named none. */
  readonly problems: Problem[]

  constructor(status: number, title: string, problems: Problem[] = [], kind?: string) {
    super(title)
    this.kind = kind
    this.status = status
    this.problems = problems
  }
}

/** Reads a failed answer: a problem document (RFC 9457), or whatever else came. */
export function failureFrom(status: number, body: unknown): Failure {
  if (isProblem(body)) {
    return new Failure(status, body.detail, body.problems, body.type.replace(/^urn:flywheel:problem:/, ''))
  }
  return new Failure(status, typeof body === 'string' && body !== '' ? body.slice(0, 300) : `HTTP ${status}`)
}

function isProblem(body: unknown): body is ProblemDocument {
  return typeof body === 'object' && body !== null && 'problems' in body && 'type' in body
}
