/** Every address of the page: in both languages, light and dark, on a small screen, by keyboard, and accessible in all of them. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { assertAccessible, launch, open } from './chromium.mjs'
import { asFile, customers } from './customers.mjs'
import { startProject } from './flywheel.mjs'

/** Every address, with a word in each language that is on it once it has loaded. */
const ADDRESSES = [
  ['/', 'What to do next', '接下来做什么'],
  ['/events', 'How to send events', '怎样发送事件'],
  ['/events?event=sign%20up', 'A funnel that begins here', '以此为起点看漏斗'],
  ['/events?event=gone', 'This is not here', '找不到'],
  ['/funnel', 'No funnel asked yet', '还没有提问'],
  ['/funnel?step=sign%20up&step=pay&by=plan', 'Time to convert', '转化用时'],
  ['/new', 'Drop a file here', '把文件拖到这里'],
  ['/new/customers?target=left', 'What will happen', '接下来会发生什么'],
  ['/runs', 'Every training', '每一次训练'],
  ['/runs/RUN', 'How it learned', '学习过程'],
  ['/runs/compare?runs=RUN,OTHER', 'How good they are', '成绩'],
  ['/runs/compare', 'Nothing chosen', '还没有选择'],
  ['/models', 'Each model has versions', '每个模型有多个版本'],
  ['/models/MODEL', 'Versions', '版本'],
  ['/models/MODEL/try', 'Fill in a row', '填写一行'],
  ['/models/MODEL/monitor', 'How it fares', '表现如何'],
  ['/monitor', 'Every prediction is logged', '每次预测都有记录'],
  ['/nowhere', 'Nothing is here', '这里什么也没有'],
  ['/recipes/digits', 'As the text says', '按文本执行'],
  ['/runs/gone', 'This is not here', '找不到'],
]

let project, browser, names
before(async () => {
  project = await startProject()
  browser = await launch()
  names = await prepare()
})
after(async () => {
  await browser?.close()
  await project?.stop()
})

/** Two runs, a deployed model, some predictions and a truth, made through the page's own interface. */
async function prepare() {
  const { context } = await open(browser, project.address)
  const ask = async (path, options) => {
    const answer = await context.request.post(path, { headers: { origin: project.address }, ...options })
    assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`)
    return answer.json()
  }
  const file = asFile('customers.csv', customers(600))
  await ask('/api/v1/tables?name=customers', { headers: { origin: project.address, 'x-file-name': file.name }, data: file.buffer })
  const { recipe } = await ask('/api/v1/recipes/draft', { data: { table: 'customers', target: 'left' } })
  const runs = []
  for (const seed of [1, 2]) {
    const { id } = await ask('/api/v1/runs', { data: { recipe: recipe.replace(/^seed = .*$/m, `seed = ${seed}`) } })
    runs.push(await finished(context, id))
  }
  const model = runs[0].summary.model.split('@')[0]
  await ask(`/api/v1/models/${model}/deploy`, { data: { version: 1 } })
  const row = { contract: 'monthly', months: 3, charge: 70, support_calls: '2', paperless: 'yes' }
  const { predictions } = await ask(`/api/v1/models/${model}/predict`, { data: { rows: [row, row, { months: 60 }] } })
  const truth = await context.request.post(`/api/v1/predictions/${predictions[0].id}/label`, { data: { label: 'yes' } })
  assert.equal(truth.status(), 204)
  await collect()
  await context.close()
  return { RUN: runs[0].summary.id, OTHER: runs[1].summary.id, MODEL: model }
}

/** A few people who sign up and pay, and one arrival that names nobody. */
async function collect() {
  const { stdout } = await project.flywheel('keys', 'list', '--json')
  const person = (number, event) => ({ event, distinct_id: `person-${number}`, properties: { plan: number % 2 ? 'pro' : 'free' } })
  const batch = [1, 2, 3, 4, 5].flatMap((number) => [person(number, 'sign up'), ...(number < 4 ? [person(number, 'pay')] : [])])
  const sent = await fetch(`${project.address}/batch/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ api_key: JSON.parse(stdout)[0].key, batch: [...batch, { event: 'pay', distinct_id: 'undefined' }] }),
  })
  assert.equal(sent.status, 200, await sent.text())
}

async function finished(context, id) {
  for (let waited = 0; waited < 120_000; waited += 300) {
    const run = await (await context.request.get(`/api/v1/runs/${id}`)).json()
    if (run.summary.state !== 'running') return run
    await new Promise((done) => setTimeout(done, 300))
  }
  throw new Error(`run ${id} does not end`)
}

const real = (address) => address.replace(/RUN|OTHER|MODEL/g, (name) => names[name])

for (const [language, scheme, width] of [['en', 'light', 1280], ['zh', 'dark', 1280], ['en', 'dark', 390], ['zh', 'light', 390]]) {
  describe(`in ${language}, ${scheme}, ${width} pixels wide`, () => {
    let opened
    before(async () => {
      opened = await open(browser, project.address, { colorScheme: scheme, viewport: { width, height: 860 } })
      await opened.context.addInitScript((chosen) => localStorage.setItem('flywheel.language', chosen), language)
    })
    after(() => opened.context.close())

    for (const [address, english, chinese] of ADDRESSES) {
      test(`${address} is accessible and fits`, async () => {
        const { page } = opened
        await page.goto(real(address))
        await page.getByText(language === 'zh' ? chinese : english).first().waitFor()
        await page.waitForLoadState('networkidle').catch(() => {})
        await assertAccessible(page, address)
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        assert.ok(overflow <= 0, `${address} is ${overflow} pixels too wide`)
      })
    }

    test('nothing went wrong on the way', () => assert.deepEqual(opened.complaints, []))
  })
}

describe('the switches', () => {
  test('the language is changed at once, report included, and remembered', async () => {
    const { page, context } = await open(browser, project.address)
    await page.goto(real('/runs/RUN'))
    const verdict = page.getByRole('region', { name: 'Verdict' })
    const english = await verdict.innerText()
    await page.getByText('中文', { exact: true }).click()
    const chinese = await page.getByRole('region', { name: '结论' }).innerText()
    assert.match(chinese, /[\u4e00-\u9fff]{4}/)
    assert.notEqual(chinese, english)
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN')
    await page.reload()
    await page.getByRole('heading', { name: '学习过程' }).waitFor()
    await context.close()
  })

  test('dark is changed at once and remembered', async () => {
    const { page, context } = await open(browser, project.address)
    await page.goto('/')
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await ground()
    await page.getByRole('button', { name: 'Switch to dark' }).click()
    const dark = await ground()
    assert.notEqual(dark, light)
    await page.reload()
    await page.getByRole('button', { name: 'Switch to light' }).waitFor()
    assert.equal(await ground(), dark)
    await context.close()
  })

  test("a Chinese browser sees Chinese where the project says nothing else", async () => {
    const { page, context } = await open(browser, project.address, { locale: 'zh-CN' })
    const answer = await (await context.request.get('/api/v1/project')).json()
    await page.goto('/')
    await page.getByText(answer.project.language === 'en' ? 'What to do next' : '接下来做什么').waitFor()
    await context.close()
  })
})

describe('by keyboard alone', () => {
  test('one can pass the navigation and reach a run', async () => {
    const { page, context } = await open(browser, project.address)
    await page.goto('/runs')
    await page.getByRole('link', { name: names.RUN, exact: true }).waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content')
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(() => document.activeElement.id), 'content')
    for (let press = 0; press < 20; press += 1) {
      await page.keyboard.press('Tab')
      if ((await page.evaluate(() => document.activeElement.textContent)) === names.RUN) break
    }
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Verdict' }).waitFor()
    await context.close()
  })
})
