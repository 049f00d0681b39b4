/** Segment's client for Node, unmodified, its host changed. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Analytics } from '@segment/analytics-node'
import { startProject } from '../page/flywheel.mjs'
import { events, keyOf } from './arrived.mjs'

let project
before(async () => (project = await startProject()))
after(() => project.stop())

test('every kind of call arrives once', async () => {
  const client = new Analytics({ writeKey: await keyOf(project), host: project.address, flushAt: 1 })
  const failures = []
  client.on('error', (error) => failures.push(error))
  client.track({ anonymousId: 'anon', event: 'segment opened', properties: { page: 1 } })
  client.identify({ userId: 'ada', anonymousId: 'anon', traits: { email: 'ada@example.com' } })
  client.track({ userId: 'ada', event: 'segment bought', properties: { amount: 12.5 }, messageId: 'm-1' })
  client.track({ userId: 'ada', event: 'segment bought', properties: { amount: 12.5 }, messageId: 'm-1' })
  client.page({ userId: 'ada', name: 'Home', properties: { url: 'https://shop.example/' } })
  client.screen({ userId: 'ada', name: 'Start' })
  client.group({ userId: 'ada', groupId: 'acme', traits: { size: 5 } })
  client.alias({ userId: 'ada', previousId: 'older' })
  await client.closeAndFlush()
  assert.deepEqual(failures, [])
  const [bought] = await events(project, ['segment bought'], 1)
  assert.equal(bought.distinctId, 'ada')
  assert.equal(bought.properties.amount, 12.5)
  assert.equal(bought.properties.$lib, '@segment/analytics-node')
  const [identified] = await events(project, ['$identify'], 1)
  assert.equal(identified.properties.$anon_distinct_id, 'anon')
  assert.equal(identified.properties.$set.email, 'ada@example.com')
  assert.equal((await events(project, ['$pageview'], 1))[0].properties.$current_url, 'https://shop.example/')
  assert.equal((await events(project, ['$screen'], 1))[0].properties.$screen_name, 'Start')
  assert.deepEqual((await events(project, ['$groupidentify'], 1))[0].properties.$groups, { company: 'acme' })
  assert.equal((await events(project, ['$create_alias'], 1))[0].properties.alias, 'older')
  assert.equal((await events(project, ['segment opened'], 1))[0].distinctId, 'anon')
})
