/** What a person brings that is not as usual: very long names, pictures of several sizes, the same file again, a server that stops. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, launch, open } from './chromium.mjs'
import { asFile, customers } from './customers.mjs'
import { startProject } from './flywheel.mjs'
import { png, zip } from './pictures.mjs'

let project, browser, page
before(async () => {
  project = await startProject()
  browser = await launch()
  ;({ page } = await open(browser, project.address))
})
after(async () => {
  await browser?.close()
  await project?.stop()
})

const bring = async (file) => {
  await page.goto('/new')
  await page.locator('input[type=file]').setInputFiles(file)
}
const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)

test('a file that was taken as it is needs no word about it', async () => {
  await bring(asFile('customers.csv', customers(600)))
  await page.getByRole('heading', { level: 1, name: 'customers' }).waitFor()
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
  assert.equal(await page.getByRole('heading', { name: 'What the import did' }).count(), 0)
})

test('an id is not taken for an answer', async () => {
  await page.goto('/new/customers?target=customer')
  await page.getByText(/a value of its own/).waitFor()
  await page.getByRole('button', { name: /^Show \d+ more$/ }).waitFor()
  assert.ok((await page.getByRole('alert').getByRole('listitem').count()) < 20, 'no wall of mistakes')
})

test('a file brought again is looked at anew, whatever is to be predicted', async () => {
  await page.goto('/new/customers?target=left')
  await page.getByText('600 rows', { exact: false }).first().waitFor()
  await page.getByRole('main').getByRole('link', { name: 'New model' }).click()
  await page.locator('input[type=file]').setInputFiles(asFile('customers.csv', customers(300)))
  await page.getByText('300 rows', { exact: false }).first().waitFor()
  const target = page.getByRole('combobox', { name: 'Column to predict' }).or(page.getByRole('textbox', { name: 'Column to predict' }))
  for (const column of ['contract', 'left']) {
    await target.click()
    await page.getByRole('option', { name: column, exact: true }).click()
    await page.waitForURL(new RegExp(`target=${column}`))
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
    assert.equal(await page.getByText('600 rows', { exact: false }).count(), 0, column)
  }
})

test('an answer is gone as soon as its row changes', async () => {
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.getByRole('button', { name: /^Deploy / }).click({ timeout: 120_000 })
  await page.getByRole('main').getByRole('link', { name: 'Try it' }).click()
  await page.getByText('Press Predict to see the answer.').waitFor()
  assert.equal(await page.getByText('0.0%').count(), 0, 'no share before there is an answer')
  await page.getByRole('button', { name: /^Predict/ }).click()
  await page.getByText(/sure$/).waitFor()
  await page.getByRole('textbox', { name: 'months' }).fill('twelve')
  await page.getByText('Not a number').waitFor()
  await page.getByText('Press Predict to see the answer.').waitFor()
})

test('very long names fit a small screen, up to the form of their model', async () => {
  await page.setViewportSize({ width: 390, height: 860 })
  const name = 'a_column_that_somebody_pasted_out_of_a_warehouse_'.repeat(3)
  const rows = customers(200).split('\n')
  const [header, ...rest] = rows
  const text = [header.replace('months', `${name}months`).replace('contract', `${name}contract`), ...rest].join('\n')
  await bring(asFile(`${'a_very_long_name_'.repeat(5)}.csv`, text))
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
  assert.ok((await overflow()) <= 0, 'the table')
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.getByRole('button', { name: /^Deploy / }).click({ timeout: 120_000 })
  const way = page.getByRole('main').getByRole('link', { name: 'Try it' })
  await way.waitFor()
  assert.ok((await overflow()) <= 0, 'the run')
  await way.click()
  await page.getByRole('button', { name: /^Predict/ }).waitFor()
  assert.ok((await overflow()) <= 0, 'the form')
  for (const address of ['/', '/runs', '/models', '/monitor']) {
    await page.goto(address)
    await page.getByText(/a_very_long_name_/).first().waitFor()
    assert.ok((await overflow()) <= 0, address)
  }
  await page.setViewportSize({ width: 1280, height: 860 })
})

test('pictures of several sizes are brought to one, without a terminal', async () => {
  const pictures = ['dark', 'light'].flatMap((name, kind) =>
    Array.from({ length: 12 }, (_, index) => [`${name}/${index}.png`, png(index === 0 ? 10 : 8, 8, kind * 150 + index * 6)]),
  )
  await bring({ name: 'shades.zip', mimeType: 'application/zip', buffer: zip(Object.fromEntries(pictures)) })
  await page.getByText(/of 10×8 pixels where most are of 8×8/).waitFor()
  await page.getByRole('button', { name: 'Bring all to one size' }).click()
  await page.getByRole('heading', { level: 1, name: 'shades' }).waitFor()
  await page.getByText('8 × 8 pixels, grey').waitFor()
})

test('a server that stops is said, the way about stays, and the page goes on when it is back', async () => {
  await page.goto('/runs')
  await page.getByRole('link', { name: /^customers-/ }).first().waitFor()
  await project.halt()
  await page.getByText(/The server does not answer just now/).waitFor()
  // The files of this page have not been fetched since it was loaded.
  await page.getByRole('link', { name: 'Funnel' }).click()
  await page.getByRole('heading', { level: 1, name: 'The server does not answer' }).waitFor()
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  await assertAccessible(page, 'without a server')
  await project.again()
  await page.getByRole('heading', { level: 1, name: 'Funnel' }).waitFor()
})
