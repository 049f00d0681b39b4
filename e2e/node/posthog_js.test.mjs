/** posthog-js, unmodified, in real Chromium on a page of another origin, its host changed. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { launch } from '../page/chromium.mjs'
import { startProject } from '../page/flywheel.mjs'
import { events, keyOf } from './arrived.mjs'

const CLIENT = readFileSync(createRequire(import.meta.url).resolve('posthog-js/dist/array.js'))

let project
let key
let browser
let shop
before(async () => {
  project = await startProject()
  key = await keyOf(project)
  browser = await launch()
  shop = createServer((asked, answer) => {
    const script = asked.url === '/array.js'
    answer.writeHead(asked.url === '/favicon.ico' ? 404 : 200, { 'content-type': script ? 'text/javascript' : 'text/html' })
    answer.end(script ? CLIENT : '<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1><button id="buy">Buy</button><script src="/array.js"></script>')
  })
  await new Promise((ready) => shop.listen(0, '127.0.0.1', ready))
})
after(async () => {
  await browser?.close()
  shop?.close()
  await project?.stop()
})

/** A visit to the shop; whatever the browser complains of is gathered. */
async function visit(options = {}) {
  const context = await browser.newContext()
  const page = await context.newPage()
  const complaints = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (said) => {
    if (said.type() === 'error' && !said.location().url.endsWith('favicon.ico')) complaints.push(`console: ${said.text()} ${said.location().url}`)
  })
  page.on('response', (answer) => {
    if (answer.status() >= 400 && !answer.url().endsWith('favicon.ico')) complaints.push(`${answer.status()} ${answer.url()}`)
  })
  await page.goto(`http://127.0.0.1:${shop.address().port}/?from=test`)
  await page.waitForFunction(() => globalThis.posthog?.init)
  await page.evaluate(
    ([key, host, options]) =>
      new Promise((loaded) =>
        // It sends nothing from browsers that tests drive, unless it is told to.
        globalThis.posthog.init(key, { api_host: host, ui_host: host, opt_out_useragent_filter: true, person_profiles: 'always', loaded, ...options }),
      ),
    [key, project.address, options],
  )
  return { page, context, complaints }
}

test('a visit arrives: the page, a click, a name, and who it was before', async () => {
  const { page, context, complaints } = await visit({ request_batching: true })
  const anonymous = await page.evaluate(() => globalThis.posthog.get_distinct_id())
  await page.evaluate(() => {
    globalThis.posthog.capture('js bought', { amount: 12.5, name: '张三 😀' })
    globalThis.posthog.identify('ada', { plan: 'pro' }, { first: 'x' })
    globalThis.posthog.group('company', 'acme', { size: 5 })
    globalThis.posthog.capture('js again')
  })
  await page.click('#buy')
  const [bought] = await events(project, ['js bought'], 1)
  assert.equal(bought.distinctId, anonymous)
  assert.equal(bought.properties.amount, 12.5)
  assert.equal(bought.properties.name, '张三 😀')
  assert.equal(bought.properties.$lib, 'web')
  assert.ok(!('token' in bought.properties), 'the key is no property')
  const [again] = await events(project, ['js again'], 1)
  assert.equal(again.distinctId, 'ada')
  assert.deepEqual(again.properties.$groups, { company: 'acme' })
  const [identified] = await events(project, ['$identify'], 1)
  assert.equal(identified.properties.$anon_distinct_id, anonymous)
  assert.equal(identified.properties.$set.plan, 'pro')
  const [seen] = await events(project, ['$pageview'], 1)
  assert.match(seen.properties.$current_url, /from=test/)
  const [clicked] = await events(project, ['$autocapture'], 1)
  assert.equal(clicked.properties.$event_type, 'click')
  // Leaving sends by beacon, which has no answer to wait for.
  await page.goto('about:blank')
  await events(project, ['$pageleave'], 1)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('without compression and without batches the same arrives', async () => {
  const { page, context, complaints } = await visit({ disable_compression: true, request_batching: false, autocapture: false })
  await page.evaluate(() => globalThis.posthog.capture('js plain', { amount: 1 }))
  const [plain] = await events(project, ['js plain'], 1)
  assert.equal(plain.properties.amount, 1)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a survey asks one question at a time, its answers arrive, and it does not ask again', async () => {
  const { page, context } = await visit({ autocapture: false, capture_pageview: false, capture_pageleave: false })
  const add = (target) =>
    target.evaluate((host) => {
      const real = globalThis.setTimeout
      globalThis.setTimeout = (work) => real(work, 0)
      const script = document.createElement('script')
      script.src = `${host}/survey/nps/survey.js`
      return new Promise((loaded) => {
        script.onload = loaded
        document.body.append(script)
      })
    }, project.address)
  await add(page)
  await page.getByRole('dialog').waitFor()
  assert.equal(await page.getByRole('button', { name: /^\d+/ }).count(), 11)
  await page.getByRole('button', { name: '9', exact: true }).click()
  await page.getByRole('textbox').fill('It is quick.')
  await page.getByRole('button', { name: 'Send' }).click()
  const [sent] = await events(project, ['survey sent'], 1)
  assert.equal(sent.properties.$survey_id, 'nps')
  assert.equal(sent.properties.$survey_response, 9)
  assert.equal(sent.properties.$survey_kind, 'nps')
  assert.equal(sent.properties.$survey_kind_1, 'open')
  assert.equal(sent.properties.$survey_response_1, 'It is quick.')
  assert.equal(sent.properties.$survey_questions[0].response, 9)
  await page.reload()
  await add(page)
  await page.waitForTimeout(300)
  assert.equal(await page.getByRole('dialog').count(), 0, 'it does not ask again')
  await context.close()
})

test('a survey behind a link speaks both languages and can be reached by everyone', async () => {
  const { assertAccessible } = await import('../page/chromium.mjs')
  const context = await browser.newContext({ locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto(`${project.address}/survey/csat?id=bob`)
  await page.getByRole('heading', { name: '您对我们的满意程度如何？' }).waitFor()
  await assertAccessible(page, 'the survey')
  await page.getByRole('button', { name: /^5/ }).click()
  await page.getByRole('button', { name: '跳过' }).click()
  await page.getByText('谢谢！').waitFor()
  const sent = (await events(project, ['survey sent'], 2)).find(({ distinctId }) => distinctId === 'bob')
  assert.equal(sent.properties.$survey_response, 5)
  assert.equal(sent.properties.$survey_kind, 'csat')
  assert.ok(!('$survey_response_1' in sent.properties))
  await context.close()
})
