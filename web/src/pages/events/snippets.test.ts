import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { curl, website } from './snippets'

/** The words of a command as a shell hands them on. */
function shell(command: string): string[] {
  const told = execFileSync('sh', ['-c', command.replace(/^curl /, "printf '%s\\0' ")], { encoding: 'utf8' })
  return told.split('\0').slice(0, -1)
}

describe('the command that sends a first event', () => {
  it.each(['fw_shop_abc', "it's"])('holds the key %s whole', (key) => {
    const words = shell(curl('http://127.0.0.1:8808', key))
    expect(words[0]).toBe('http://127.0.0.1:8808/batch/')
    expect(JSON.parse(words[4]!)).toMatchObject({ api_key: key, batch: [{ event: 'signed up', distinct_id: 'ann' }] })
  })

  it('says where a key goes that is not known', () => {
    expect(curl('http://x')).toContain('"api_key":"fw_…"')
    expect(website('http://x')).toContain('posthog.init("fw_…", { api_host: "http://x" })')
  })
})
