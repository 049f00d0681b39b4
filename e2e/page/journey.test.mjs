/** The whole way of a product manager who has a CSV and no terminal: drop, look, train, read, deploy, try, tell the truth. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, launch, open } from './chromium.mjs'
import { asFile, customers } from './customers.mjs'
import { startProject } from './flywheel.mjs'

let project, browser, page, complaints
before(async () => {
  project = await startProject()
  browser = await launch()
  ;({ page, complaints } = await open(browser, project.address))
})
after(async () => {
  await browser?.close()
  await project?.stop()
})

test('an empty project says what to do first', async () => {
  await page.goto('/')
  await page.getByRole('heading', { level: 1, name: 'shop' }).waitFor()
  await page.getByRole('link', { name: 'Bring your data' }).click()
  await page.getByRole('heading', { level: 1, name: 'New model' }).waitFor()
})

test('a broken file is refused, with what is wrong and what to do', async () => {
  await page.locator('input[type=file]').setInputFiles(asFile('images.zip', 'PK\x03\x04 and then nothing'))
  const alert = page.getByRole('alert')
  await alert.waitFor()
  assert.match(await alert.innerText(), /zip cannot be opened[\s\S]*copy or download[\s\S]*images\.zip/)
  const tables = await (await page.request.get('/api/v1/tables')).json()
  assert.deepEqual(tables, [], 'nothing of a broken file is kept')
})

test('a shifted row is set aside, and its place is said', async () => {
  const shifted = customers(20).split('\n').map((line, row) => (row === 7 ? `${line},surplus` : line)).join('\n')
  await page.locator('input[type=file]').setInputFiles(asFile('shifted.csv', shifted))
  await page.getByRole('heading', { level: 1, name: 'shifted' }).waitFor()
  await page.getByText(/row 7 has 8 fields where the header has 7/).waitFor()
  await page.getByText(/shifted\.csv · row 7 · line 8/).waitFor()
  await page.getByRole('main').getByRole('link', { name: 'New model' }).click()
})

test('a dropped CSV is profiled', async () => {
  await page.locator('input[type=file]').setInputFiles(asFile('customers.csv', customers(900)))
  await page.getByRole('heading', { level: 1, name: 'customers' }).waitFor()
  const columns = page.getByRole('region', { name: 'What the data looks like' })
  await columns.getByRole('rowheader', { name: /^months/ }).waitFor()
  assert.match(await columns.getByRole('row', { name: /^charge/ }).innerText(), /number/)
  assert.match(await columns.getByRole('row', { name: /^contract/ }).innerText(), /category/)
  await page.getByText('Looks like an id', { exact: true }).waitFor()
})

test('the target is picked, and the plan is told in plain words', async () => {
  const target = page.getByRole('combobox', { name: 'Column to predict' })
  await target.click()
  await page.getByRole('option', { name: 'left', exact: true }).click()
  await page.getByText(/2 classes/).waitFor()
  await page.getByText(/rows to learn from/).waitFor()
})

test('a mistake in the recipe is shown on its line, and training waits', async () => {
  await page.getByRole('switch', { name: 'Show the recipe' }).click()
  const text = page.getByRole('textbox', { name: 'Recipe, TOML' })
  const recipe = await text.inputValue()
  assert.match(recipe, /target = "left"/)
  await text.fill(recipe.replace('target = "left"', 'target = "lfet"'))
  const train = page.getByRole('button', { name: 'Train', exact: true })
  await page.getByText(/lfet/).first().waitFor()
  await page.getByRole('button', { name: /line \d+/ }).first().waitFor()
  assert.equal(await train.isDisabled(), true)
  await text.fill(recipe)
  await page.waitForFunction(() => ![...document.querySelectorAll('button')].some((b) => b.textContent === 'Train' && b.disabled))
})

test('training ends in three sentences', async () => {
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.waitForURL(/\/runs\/.+/)
  const verdict = page.getByRole('region', { name: 'Verdict' })
  await verdict.waitFor({ timeout: 120_000 })
  const sentences = await verdict.locator('p').allInnerTexts()
  assert.ok(sentences.length >= 5, sentences.join('\n'))
  assert.match(sentences.join('\n'), /guessing: /)
  for (const part of ['How good it is', 'What it takes for what', 'The worst mistakes', 'The network', 'How it was made']) {
    await page.getByRole('heading', { name: part }).waitFor()
  }
  await assertAccessible(page, 'a finished run')
})

test('the model is deployed and answers a row', async () => {
  await page.getByRole('button', { name: /^Deploy / }).click()
  await page.getByText(/@1 answers/).waitFor()
  await page.getByRole('main').getByRole('link', { name: 'Try it' }).click()
  await page.getByRole('button', { name: /^Predict/ }).waitFor()
  const answer = page.getByTestId('answer')

  await page.getByRole('textbox', { name: 'months' }).fill('1')
  await page.getByRole('combobox', { name: 'contract' }).or(page.getByRole('textbox', { name: 'contract' })).fill('monthly')
  await page.getByRole('button', { name: /^Predict/ }).click()
  await answer.getByText('yes', { exact: true }).waitFor()

  await page.getByRole('textbox', { name: 'months' }).fill('70')
  await page.getByRole('combobox', { name: 'contract' }).or(page.getByRole('textbox', { name: 'contract' })).fill('two years')
  await page.getByRole('button', { name: /^Predict/ }).click()
  await answer.getByText('no', { exact: true }).waitFor()
  await assertAccessible(page, 'the form')
})

test('the truth is sent back, and the monitor knows', async () => {
  await page.getByRole('button', { name: 'The truth is no' }).click()
  await page.getByText('Noted: it was no.').waitFor()
  await page.getByRole('main').getByRole('link', { name: 'Monitor' }).click()
  await page.getByTestId('predictions').filter({ hasText: /^2/ }).waitFor()
  await page.getByText(/1 prediction whose truth is known|1 truth known/).first().waitFor()
  await assertAccessible(page, 'the monitor')
})

test('nothing went wrong on the way, and nothing left this machine', () => {
  assert.deepEqual(complaints, [])
})
