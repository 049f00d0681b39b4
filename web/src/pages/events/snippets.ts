/** The texts that send a first event; without a key they show where it goes. */

/** What stands in the place of a key that is not known. */
const NO_KEY = 'fw_…'

/** One event by PostHog's protocol, for a terminal. */
export function curl(address: string, key = NO_KEY): string {
  const body = JSON.stringify({
    api_key: key,
    batch: [{ event: 'signed up', distinct_id: 'ann', properties: { plan: 'pro' } }],
  })
  return `curl ${address}/batch/ \\\n  -H 'content-type: application/json' \\\n  -d '${body.replaceAll("'", "'\\''")}'\n`
}

/** A website's own code, with PostHog's client. */
export function website(address: string, key = NO_KEY): string {
  return `import posthog from 'posthog-js'

posthog.init(${JSON.stringify(key)}, { api_host: ${JSON.stringify(address)} })
posthog.identify('ann')
posthog.capture('signed up', { plan: 'pro' })
`
}

/** A file of events; the guess is shown first, and nothing is written by looking. */
export function file(): string {
  return `flywheel events import orders.csv --preview
flywheel events import orders.csv --person customer --time paid_at --event =paid
`
}

/** Sends an arrival again that was kept aside, with what is wrong set right. */
export function resend(address: string, id: string): string {
  return `curl ${address}/api/v1/events/aside/${encodeURIComponent(id)}/resend \\
  -H 'content-type: application/json' \\
  -d '{"set": {"distinct_id": "…"}}'
`
}
