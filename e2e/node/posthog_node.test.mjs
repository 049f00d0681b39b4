/** posthog-node, unmodified, its host changed. */
import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import { after, before, test } from 'node:test'
import { PostHog } from 'posthog-node'
import { startProject } from '../page/flywheel.mjs'
import { events, keyOf } from './arrived.mjs'

let project
let key
before(async () => {
  project = await startProject()
  key = await keyOf(project)
})
after(() => project.stop())

test('events, people, groups and aliases arrive', async () => {
  const client = new PostHog(key, { host: project.address, flushAt: 20, flushInterval: 50 })
  const failures = []
  client.on('error', (error) => failures.push(error))
  client.capture({ distinctId: 'ada', event: 'node bought', properties: { amount: 12.5, tags: ['a', 'b'], name: '张三' } })
  client.capture({ distinctId: 'ada', event: 'node bought', properties: { amount: 3 }, groups: { company: 'acme' } })
  client.identify({ distinctId: 'ada', properties: { plan: 'pro' } })
  client.alias({ distinctId: 'ada', alias: 'anon-7' })
  client.groupIdentify({ groupType: 'company', groupKey: 'acme', properties: { size: 5 } })
  await client.shutdown()
  assert.deepEqual(failures, [])
  const [first, second] = await events(project, ['node bought'], 2)
  assert.equal(first.distinctId, 'ada')
  assert.equal(first.properties.amount, 12.5)
  assert.deepEqual(first.properties.tags, ['a', 'b'])
  assert.equal(first.properties.name, '张三')
  assert.equal(first.properties.$lib, 'posthog-node')
  assert.deepEqual(second.properties.$groups, { company: 'acme' })
  const [identified] = await events(project, ['$identify'], 1)
  assert.equal(identified.properties.$set.plan, 'pro')
  assert.equal((await events(project, ['$create_alias'], 1))[0].properties.alias, 'anon-7')
  assert.equal((await events(project, ['$groupidentify'], 1))[0].properties.$group_key, 'acme')
})

test('flags are answered cleanly', async () => {
  const client = new PostHog(key, { host: project.address })
  const failures = []
  client.on('error', (error) => failures.push(error))
  assert.equal(await client.getFeatureFlag('new-page', 'ada'), undefined)
  assert.deepEqual(await client.getAllFlags('ada'), {})
  await client.shutdown()
  assert.deepEqual(failures, [])
})

test('an answer that is lost makes the client send again, and nothing counts twice', async () => {
  // Between client and server: takes the request in, and drops the first answer.
  let dropped = 0
  const target = new URL(project.address)
  const between = createServer((asked, answer) => {
    const onward = request({ host: target.hostname, port: target.port, path: asked.url, method: asked.method, headers: { ...asked.headers, host: target.host } }, (got) => {
      if (asked.url.startsWith('/batch') && dropped++ === 0) {
        got.resume()
        got.on('end', () => asked.socket.destroy())
        return
      }
      answer.writeHead(got.statusCode, got.headers)
      got.pipe(answer)
    })
    asked.pipe(onward)
  })
  await new Promise((ready) => between.listen(0, '127.0.0.1', ready))
  const client = new PostHog(key, { host: `http://127.0.0.1:${between.address().port}`, flushAt: 20, fetchRetryDelay: 50 })
  for (let place = 0; place < 5; place++) client.capture({ distinctId: `p${place}`, event: 'node again', properties: { place } })
  await client.shutdown()
  between.close()
  assert.ok(dropped >= 2, 'the client sent again')
  const arrived = await events(project, ['node again'], 5)
  assert.equal(new Set(arrived.map(({ uuid }) => uuid)).size, 5)
})

test('an unknown key is refused', async () => {
  const client = new PostHog('phc_nobody', { host: project.address, flushAt: 20, fetchRetryCount: 0 })
  const failures = []
  client.on('error', (error) => failures.push(error))
  client.capture({ distinctId: 'ada', event: 'node refused' })
  await client.shutdown().catch((error) => failures.push(error))
  assert.ok(failures.length > 0 && failures.some((failure) => failure.status === 401 || /401/.test(String(failure))), String(failures))
  await events(project, ['node refused'], 0)
})
