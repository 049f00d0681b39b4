/** A funnel as the page's address says it, so that a link carries the question and the back button takes it back. */
import type { FunnelOrder, FunnelSpec, WindowUnit } from '../../api/types'

/** Units of the window, as an address and the command line shorten them. */
const UNITS: Record<WindowUnit, string> = { second: 's', minute: 'm', hour: 'h', day: 'd', week: 'w', month: 'mo' }

export const WINDOW_UNITS = Object.keys(UNITS) as WindowUnit[]
export const ORDERS: FunnelOrder[] = ['ordered', 'strict', 'unordered']

/** Which of a person's values they are counted under. */
export const ATTRIBUTIONS = ['first', 'last', 'every'] as const
export type Attribution = (typeof ATTRIBUTIONS)[number]

/** What is usual, and therefore stands in no address and no text. */
export const USUAL = { window: { count: 14, unit: 'day' }, order: 'ordered', attribution: 'first' } as const

/** The question of an address; none when it names no step. What it says wrong is passed over. */
export function fromAddress(address: URLSearchParams): FunnelSpec | undefined {
  const steps = address.getAll('step').filter((event) => event !== '')
  if (steps.length === 0) return undefined
  const order = ORDERS.find((known) => known === address.get('order'))
  const window = windowOf(address.get('window') ?? '')
  const name = address.get('by')
  const attribution = ATTRIBUTIONS.find((known) => known === address.get('attribution'))
  const from = address.get('from')
  const to = address.get('to')
  return {
    steps: steps.map((event) => ({ event })),
    ...(order && order !== USUAL.order && { order }),
    ...(window && { window }),
    ...((from || to) && { period: { ...(from && { from }), ...(to && { to }) } }),
    ...(name && {
      breakdown: {
        property: { name, ...(address.get('of') === 'person' && { of: 'person' as const }) },
        ...(attribution && attribution !== USUAL.attribution && { attribution: { kind: attribution } }),
      },
    }),
  }
}

/** The address of a question; the other way round. */
export function toAddress(funnel: FunnelSpec): URLSearchParams {
  const address = new URLSearchParams(funnel.steps.map((step) => ['step', step.event ?? '']))
  const set = (name: string, value: string | null | undefined) => value && address.set(name, value)
  const { window, breakdown, period } = funnel
  set('window', window && !isUsual(window) ? `${window.count}${UNITS[window.unit]}` : undefined)
  set('order', funnel.order === USUAL.order ? undefined : funnel.order)
  set('by', breakdown?.property.name)
  set('of', breakdown?.property.of === 'person' ? 'person' : undefined)
  set('attribution', breakdown?.attribution?.kind === USUAL.attribution ? undefined : breakdown?.attribution?.kind)
  set('from', period?.from)
  set('to', period?.to)
  return address
}

function windowOf(text: string): FunnelSpec['window'] {
  const parts = /^(\d{1,9})(s|m|h|d|w|mo)$/.exec(text)
  const unit = WINDOW_UNITS.find((known) => UNITS[known] === parts?.[2])
  if (!parts || !unit) return undefined
  const window = { count: Number(parts[1]), unit }
  return isUsual(window) ? undefined : window
}

function isUsual(window: NonNullable<FunnelSpec['window']>): boolean {
  return window.count === USUAL.window.count && window.unit === USUAL.window.unit
}
