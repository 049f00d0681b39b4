/** Real Chromium, watched: no error in the page, no request to anywhere but the server, and accessible. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].filter(Boolean)

export async function launch() {
  const executablePath = PLACES.find((place) => existsSync(place))
  if (!executablePath) throw new Error('Chromium is missing: apt-get install chromium, or say where it is in CHROMIUM')
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

/** A page of a fresh profile, English and light unless told otherwise; `complaints` gathers what must not happen. */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({
    baseURL: address,
    viewport: { width: 1280, height: 860 },
    locale: 'en-GB',
    colorScheme: 'light',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const complaints = []
  page.on('pageerror', (error) => complaints.push(`error in the page: ${error.message}`))
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (protocol.startsWith('http') && origin !== address) complaints.push(`request to elsewhere: ${request.url()}`)
  })
  return { page, context, complaints }
}

/** Fails with every rule that the page breaks. */
export async function assertAccessible(page, place) {
  await page.evaluate(AXE)
  const violations = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const { violations } = await globalThis.axe.run(document, { runOnly: tags })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ')}`)
  })
  assert.deepEqual(violations, [], `${place} is not accessible`)
}
