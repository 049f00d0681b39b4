/** Two processes, one project: what a terminal does moves on the page. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, open } from './chromium.mjs'
import { startProject } from './flywheel.mjs'
import { digitsRecipe, writeRecipe } from './recipes.mjs'

let project, browser, page, complaints
before(async () => {
  project = await startProject()
  await project.flywheel('data', 'get', 'digits', '--count', '4000')
  browser = await launch()
  ;({ page, complaints } = await open(browser, project.address))
})
after(async () => {
  await browser?.close()
  await project?.stop()
})

test('a run started in a terminal moves on the page, and is stopped from it', async () => {
  await page.goto('/runs')
  await page.getByText('Nothing has been trained yet').waitFor()
  const recipe = writeRecipe(project, 'small-digits', digitsRecipe({ epochs: 2000 }))
  const training = project.begin('train', recipe)
  const ended = new Promise((done) => training.once('exit', done))
  try {
    const run = page.getByRole('link', { name: /^small-digits-/ })
    await run.waitFor()
    await run.click()
    const heading = page.getByRole('heading', { name: /^Epoch [\d,]+ of 2,000/ })
    await heading.waitFor()
    const first = await heading.innerText()
    await page.waitForFunction((before) => {
      const now = [...document.querySelectorAll('h2')].find((one) => /^Epoch/.test(one.textContent))?.textContent
      return now !== undefined && now !== before
    }, first)
    await page.locator('figure svg path').first().waitFor({ state: 'attached' })
    await page.getByText(/left at most/).waitFor()
    await page.getByText(/rows\/s/).waitFor()

    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('region', { name: 'Verdict' }).waitFor({ timeout: 60_000 })
    await page.getByText('stopped', { exact: true }).waitFor()
    await ended
  } finally {
    training.kill('SIGKILL')
  }
})

test('a deployment made in a terminal is served within a second or so', async () => {
  await page.goto('/models/small-digits')
  await page.getByText('Not deployed: no version answers yet.').waitFor()
  await project.flywheel('deploy', 'small-digits')
  await page.getByText('Version 1 answers.').waitFor({ timeout: 6_000 })
  const answer = await page.request.post('/api/v1/models/small-digits/predict', {
    data: { images: [{ pixels: new Array(784).fill(0) }] },
  })
  assert.equal(answer.status(), 200)
  assert.equal((await answer.json()).version, 1)
})

test('nothing went wrong on the way', () => assert.deepEqual(complaints, []))
