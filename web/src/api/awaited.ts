/** What the server says of events and questions, by hand until `schema.d.ts` has it; then this file goes. */
import type { Phrase, Problem } from './types'

export interface DayCount {
  day: string
  count: number
}

export interface Sender {
  source: string
  library?: string | null
  count: number
}

export interface EventSummary {
  event: string
  count: number
  first_seen: string
  last_seen: string
  derived_ids: number
  without_ids: number
  violations: number
  days: DayCount[]
  senders: Sender[]
  description?: string | null
}

export interface Catalogue {
  total: number
  derived_ids: number
  without_ids: number
  aside: number
  events: EventSummary[]
  warnings?: Problem[]
}

export type Owner = 'event' | 'person'
export type ValueKind = 'text' | 'number' | 'boolean' | 'list' | 'object' | 'null'

export interface PropertySummary {
  name: string
  of: Owner
  count: number
  kinds: { kind: ValueKind; count: number }[]
  examples: string[]
  first_seen: string
  last_seen: string
  events?: string[]
}

export interface Violation {
  event: string
  property: string
  rule: Phrase
  count: number
  first_seen: string
  last_seen: string
  examples: string[]
}

export interface SeenEvent {
  uuid: string
  event: string
  distinct_id: string
  time: string
  received: string
  source: string
  properties: Record<string, unknown>
}

export interface EventDetail {
  summary: EventSummary
  properties: PropertySummary[]
  violations: Violation[]
  newest: SeenEvent[]
}

export interface AsideReport {
  id: string
  at: string
  source: string
  reason: Phrase
  raw: string
  resent_at?: string | null
}

export type FunnelOrder = 'ordered' | 'strict' | 'unordered'
export type WindowUnit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month'

export interface FunnelSpec {
  steps: { event?: string | null }[]
  order?: FunnelOrder
  window?: { count: number; unit: WindowUnit }
  period?: { from?: string | null; to?: string | null }
  breakdown?: {
    property: { name: string; of?: Owner }
    attribution?: { kind: 'first' } | { kind: 'last' } | { kind: 'every' }
    top?: number
  } | null
}

export type QuestionSpec = FunnelSpec & { kind: 'funnel' }

export interface StepCount {
  label: string
  optional: boolean
  people: number
  of_first?: number | null
  of_previous?: number | null
  low?: number | null
  high?: number | null
  average_seconds?: number | null
  median_seconds?: number | null
}

export interface FunnelPart {
  value?: string | null
  rest: boolean
  steps: StepCount[]
  removed: number
}

export interface ConversionTimes {
  from: number
  to: number
  people: number
  average_seconds?: number | null
  median_seconds?: number | null
  p90_seconds?: number | null
  bins: { from_seconds: number; people: number }[]
}

export interface FunnelReport {
  findings: Phrase[]
  steps: StepCount[]
  removed: number
  open: number
  parts?: FunnelPart[]
  times?: ConversionTimes | null
  warnings: Problem[]
}

export interface Answered {
  question: QuestionSpec
  answer: FunnelReport & { kind: 'funnel' }
  asked_at: string
  time_zone: string
  version?: number | null
  events: number
  waiting: number
  secs: number
}

interface Answers<T> {
  responses: { 200: { headers: Record<string, unknown>; content: { 'application/json': T } } }
}

type Asked<T, Query = undefined> = Answers<T> & {
  parameters: { query: Query; header?: never; path?: never; cookie?: never }
}

export interface AwaitedPaths {
  '/api/v1/events': { get: Answers<Catalogue> }
  '/api/v1/events/detail': { get: Asked<EventDetail, { event: string }> }
  '/api/v1/events/newest': { get: Asked<SeenEvent[], { event?: string; limit?: number }> }
  '/api/v1/events/properties': { get: Answers<PropertySummary[]> }
  '/api/v1/events/aside': { get: Answers<AsideReport[]> }
  '/api/v1/questions': { post: Answers<Answered> & { requestBody: { content: { 'application/json': QuestionSpec } } } }
}
