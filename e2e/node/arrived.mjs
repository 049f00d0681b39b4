/** What arrived at a server: asked until it is there. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'

const PATIENCE_MILLIS = 20_000

/** The project's key. */
export async function keyOf(project) {
  const { stdout } = await project.flywheel('keys', 'list', '--json')
  return JSON.parse(stdout)[0].key
}

/** The events of these names, by SQL over everything, one row for each event that counts; waits until there are as many. */
export async function events(project, names, wanted) {
  const list = names.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ')
  const query = `SELECT event, distinct_id, uuid, properties FROM events WHERE event IN (${list}) ORDER BY time, event`
  const begun = Date.now()
  for (;;) {
    const answer = await fetch(`${project.address}/api/v1/sql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const report = await answer.json()
    assert.equal(answer.status, 200, JSON.stringify(report))
    if (report.rows.length >= wanted) {
      assert.equal(report.rows.length, wanted, JSON.stringify(report.rows))
      return report.rows.map(([event, distinctId, uuid, properties]) => ({
        event,
        distinctId,
        uuid,
        properties: typeof properties === 'string' ? JSON.parse(properties) : properties,
      }))
    }
    assert.ok(Date.now() - begun < PATIENCE_MILLIS, `only ${report.rows.length} of ${wanted} arrived: ${JSON.stringify(report.rows)}`)
    await pause(100)
  }
}
