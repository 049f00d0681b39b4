/** Events arrive over the clients' own door, show up on the page as they do, and a funnel is asked of them, in both languages. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { assertAccessible, launch, open } from './chromium.mjs'
import { startProject } from './flywheel.mjs'

/** How soon what was sent must be seen: the page looks every 2 seconds. */
const SOON = { timeout: 8_000 }
const DAY = 86_400_000

let project, browser, key
before(async () => {
  project = await startProject()
  browser = await launch()
  const { stdout } = await project.flywheel('keys', 'list', '--json')
  key = JSON.parse(stdout)[0].key
})
after(async () => {
  await browser?.close()
  await project?.stop()
})

/** Sends events as PostHog's clients do, and from no page at all. */
async function send(batch) {
  const answer = await fetch(`${project.address}/batch/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ api_key: key, batch }),
  })
  assert.equal(answer.status, 200, await answer.text())
}

const event = (name, person, minute, properties = {}) => ({
  event: name,
  distinct_id: `person-${person}`,
  timestamp: new Date(Date.now() - DAY + minute * 60_000).toISOString(),
  properties: { $lib: 'web', ...properties },
})

/** Of 40 who sign up 30 activate and 10 pay; who pays is on the plan `pro`, as are 10 others; minutes lie between. */
function history() {
  return Array.from({ length: 40 }, (_, person) => {
    const plan = person < 20 ? 'pro' : 'free'
    return [
      event('sign up', person, 0, { plan }),
      ...(person < 30 ? [event('activate', person, 10, { plan })] : []),
      ...(person < 10 ? [event('pay', person, 40, { plan, amount: 12.5 + person })] : []),
    ]
  }).flat()
}

async function visit(language, options) {
  const opened = await open(browser, project.address, options)
  await opened.context.addInitScript((chosen) => localStorage.setItem('flywheel.language', chosen), language)
  return opened
}

const choose = async (page, step, name) => {
  await page.getByRole('combobox', { name: step }).click()
  await page.getByRole('option', { name, exact: true }).click()
}

describe('an empty project', () => {
  test('says how to send the first event, and the command does it', async () => {
    const { page, context, complaints } = await visit('en')
    await page.goto('/events')
    await page.getByText('No event has arrived yet').waitFor()
    await assertAccessible(page, '/events, empty')
    await page.getByLabel('Your key').fill(key)
    const command = await page.getByRole('region', { name: 'curl' }).innerText()
    const body = /-d '(.*)'/.exec(command)[1]
    assert.equal(JSON.parse(body).api_key, key)
    const answer = await fetch(/curl (\S+)/.exec(command)[1], { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    assert.equal(answer.status, 200)
    await page.getByRole('link', { name: 'signed up', exact: true }).waitFor(SOON)
    assert.deepEqual(complaints, [])
    await context.close()
  })
})

describe('the catalogue', () => {
  before(() => send(history()))

  test('names what arrived, how often and from whom, and grows while it is looked at', async () => {
    const { page, context, complaints } = await visit('en')
    await page.goto('/events')
    const line = page.locator('[data-event="sign up"]')
    await line.waitFor(SOON)
    assert.match(await line.innerText(), /\b40\b/)
    assert.match(await line.innerText(), /posthog/)
    const total = page.getByTestId('total')
    const before = Number(await total.innerText())
    await send([event('sign up', 'late', 0, { plan: 'free' })])
    await page.waitForFunction((least) => Number(document.querySelector('[data-testid=total]').textContent) > least, before, SOON)
    assert.match(await line.innerText(), /\b41\b/)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('shows what was kept aside and why, in both languages', async () => {
    await send([{ event: 'pay', distinct_id: 'undefined' }, { event: 'pay', distinct_id: 'person-fine' }])
    const said = {}
    for (const [language, title] of [['en', 'Kept aside'], ['zh', '暂存待改']]) {
      const { page, context } = await visit(language)
      await page.goto('/events')
      const region = page.getByRole('region', { name: title })
      await region.getByRole('row').nth(1).waitFor(SOON)
      said[language] = await region.getByRole('row').nth(1).innerText()
      await context.close()
    }
    assert.match(said.en, /undefined/)
    assert.match(said.zh, /[\u4e00-\u9fff]{2}/)
    assert.notEqual(said.en, said.zh)
  })

  test('opens an event: its properties, and the newest as they arrive', async () => {
    const { page, context, complaints } = await visit('en')
    await page.goto('/events')
    await page.getByRole('link', { name: 'pay', exact: true }).click()
    await page.getByRole('heading', { name: 'pay', level: 1 }).waitFor()
    const amount = page.locator('[data-property="amount"]')
    await amount.waitFor()
    assert.match(await amount.innerText(), /number/)
    await send([event('pay', 'the-newest', 60, { amount: 99, plan: 'free' })])
    const newest = page.getByTestId('newest')
    await newest.getByText('person-the-newest').first().waitFor(SOON)
    await newest.getByText('person-the-newest').first().click()
    await newest.getByText('"amount": 99').waitFor()
    await assertAccessible(page, '/events?event=pay')
    assert.deepEqual(complaints, [])
    await context.close()
  })
})

describe('a funnel', () => {
  for (const [language, words] of Object.entries({
    en: { step: 'Step', ask: 'Ask', people: /40 people|41 people/, one: (n) => `Step ${n}`, add: 'Add a step', parts: 'By plan', by: 'Broken down by' },
    zh: { step: '第', ask: '提问', people: /4[01] 人/, one: (n) => `第 ${n} 步`, add: '添加一步', parts: '按 plan 细分', by: '按属性细分' },
  })) {
    test(`is chosen, asked and read in ${language}, and its address asks it again`, async () => {
      const { page, context, complaints } = await visit(language)
      await page.goto('/funnel')
      await choose(page, words.one(1), 'sign up')
      await choose(page, words.one(2), 'activate')
      await page.getByRole('button', { name: words.add }).click()
      await choose(page, words.one(3), 'pay')
      await page.getByRole('combobox', { name: words.by }).click()
      await page.getByRole('option', { name: 'plan', exact: true }).first().click()
      await page.getByRole('button', { name: words.ask, exact: true }).click()
      const steps = page.getByTestId('steps').getByRole('listitem')
      await steps.nth(2).waitFor()
      const told = await steps.allInnerTexts()
      assert.match(told[0], words.people)
      assert.match(told[1], /\b30\b/)
      assert.match(told[2], /33\.3%/)
      assert.match(told[2], /\b20\b/, 'twenty left')
      const parts = page.getByRole('region', { name: words.parts }).getByRole('row')
      assert.match((await parts.allInnerTexts()).find((row) => row.startsWith('pro')), /20[\s\S]*20[\s\S]*10[\s\S]*50\.0%/)
      const findings = await page.getByTestId('findings').innerText()
      assert.match(findings, /pay/)
      if (language === 'zh') assert.match(findings, /[\u4e00-\u9fff]{4}/)
      assert.match(await page.getByRole('region', { name: 'TOML' }).innerText(), /kind = "funnel"[\s\S]*name = "plan"[\s\S]*event = "pay"/)
      await assertAccessible(page, 'an answered funnel')

      const address = page.url()
      const other = await visit(language)
      await other.page.goto(address)
      await other.page.getByTestId('steps').getByRole('listitem').nth(2).waitFor()
      assert.deepEqual(await other.page.getByTestId('steps').getByRole('listitem').allInnerTexts(), told)
      await other.context.close()
      assert.deepEqual(complaints, [])
      await context.close()
    })
  }

  test('is moved, made shorter and taken back by the back button', async () => {
    const { page, context } = await visit('en')
    await page.goto('/funnel?step=sign+up&step=activate&step=pay')
    const steps = page.getByTestId('steps').getByRole('listitem')
    await steps.nth(2).waitFor()
    await page.getByRole('button', { name: 'Move step 2 up' }).focus()
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Move step 1 down')
    assert.equal(await page.getByRole('combobox', { name: 'Step 1' }).inputValue(), 'activate')
    await page.getByRole('button', { name: 'Remove step 3' }).click()
    await page.getByRole('button', { name: 'Ask', exact: true }).click()
    await page.waitForURL(/step=activate&step=sign\+up$/)
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=steps] > li').length === 2)
    assert.match((await steps.allInnerTexts())[1], /0\.0%/, 'nobody activates before signing up')
    await page.goBack()
    await steps.nth(2).waitFor()
    assert.equal(await page.getByRole('combobox', { name: 'Step 1' }).inputValue(), 'sign up')
    await context.close()
  })

  test('says what is wrong at the setting that is wrong', async () => {
    const { page, context } = await visit('en')
    await page.goto('/funnel?step=sign+up&step=pay&from=yesterweek')
    const wrong = page.locator('form').getByText('yesterweek').first()
    await wrong.waitFor()
    await assertAccessible(page, 'a funnel that cannot be asked')
    await page.goto('/funnel?step=sign+up&step=payy')
    await page.locator('form li').filter({ hasText: 'payy' }).first().waitFor()
    await context.close()
  })
})
