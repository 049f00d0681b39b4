/** The drawing pad: a digit drawn with the mouse or the keyboard is read while it grows. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, launch, open } from './chromium.mjs'
import { startProject } from './flywheel.mjs'
import { digitsRecipe, writeRecipe } from './recipes.mjs'

let project, browser, page, complaints
before(async () => {
  project = await startProject()
  await project.flywheel('data', 'get', 'digits', '--count', '5000')
  await project.flywheel('train', writeRecipe(project, 'small-digits', digitsRecipe({ epochs: 6 })))
  await project.flywheel('deploy', 'small-digits')
  browser = await launch()
  ;({ page, complaints } = await open(browser, project.address))
  await page.goto('/models/small-digits/try')
})
after(async () => {
  await browser?.close()
  await project?.stop()
})

/** Draws through points given as shares of the pad. */
async function draw(points) {
  const box = await page.getByRole('application', { name: 'Drawing pad' }).boundingBox()
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height]
  await page.mouse.move(...at(points[0]))
  await page.mouse.down()
  for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps: 6 })
  return () => page.mouse.up()
}

/** Waits until the model says this. */
const says = (label) => page.getByTestId('answer').locator('p').first().filter({ hasText: new RegExp(`^${label}$`) }).waitFor()

test('a drawn one is read as a one', async () => {
  const lift = await draw([[0.52, 0.2], [0.5, 0.8]])
  await lift()
  await says('1')
})

test('probabilities move before the pen is lifted', async () => {
  await page.getByRole('button', { name: 'Clear' }).click()
  await page.getByText('Draw something first.').waitFor()
  const ring = Array.from({ length: 25 }, (_, step) => {
    const angle = (step / 24) * 2 * Math.PI - Math.PI / 2
    return [0.5 + 0.2 * Math.cos(angle), 0.5 + 0.3 * Math.sin(angle)]
  })
  const lift = await draw(ring)
  await says('0')
  await lift()
  const shares = await page.getByRole('list', { name: 'Probability of each class' }).getByRole('listitem').allInnerTexts()
  assert.equal(shares.length, 10)
  const sum = shares.map((text) => Number(/([\d.]+)%/.exec(text)[1])).reduce((all, one) => all + one, 0)
  assert.ok(Math.abs(sum - 100) < 1, `the shares sum to ${sum}`)
})

test('undo takes back the last stroke', async () => {
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Draw something first.').waitFor()
})

test('the arrow keys draw too', async () => {
  const pad = page.getByRole('application', { name: 'Drawing pad' })
  await pad.focus()
  await page.keyboard.press('Space')
  for (let step = 0; step < 15; step += 1) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  await says('1')
  await assertAccessible(page, 'the drawing pad')
})

test('the worst mistakes of the run are pictures', async () => {
  await page.goto('/runs')
  await page.getByRole('link', { name: /^small-digits-/ }).first().click()
  const picture = page.getByRole('img', { name: /^Row .* taken for/ }).first()
  await picture.waitFor()
  assert.equal(await picture.evaluate((image) => image.naturalWidth), 28)
  await assertAccessible(page, 'a run on images')
})

test('nothing went wrong on the way', () => assert.deepEqual(complaints, []))
