/** The built binary in a folder of its own: verbs run to their end, a server that is stopped with the test. */
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const BIN = resolve(process.env.FLYWHEEL_BIN ?? join(import.meta.dirname, '../../target/debug/flywheel'))
const START_MILLIS = 20_000

/** An empty project, served on a free port. */
export async function startProject({ language = 'en' } = {}) {
  if (!existsSync(BIN)) throw new Error(`there is no binary at ${BIN}: build it, or say where it is in FLYWHEEL_BIN`)
  const root = mkdtempSync(join(tmpdir(), 'flywheel-page-'))
  const folder = join(root, 'shop')
  const flywheel = (...words) => run(BIN, [...words, '--project', folder, '--lang', 'en'], { maxBuffer: 1 << 26 })
  await run(BIN, ['init', folder, '--name', 'shop', '--lang', language])
  let server = await serve(folder)
  const { address } = server
  return {
    folder,
    address,
    /** Ends the server; `again` starts it at the same address. */
    halt: () => server.stop(),
    async again() {
      server = await serve(folder, new URL(address).port)
    },
    /** Runs a verb as in a second terminal; fails when the verb does. */
    flywheel,
    /** Starts a verb and leaves it running. */
    begin: (...words) => spawn(BIN, [...words, '--project', folder, '--lang', 'en'], { stdio: 'ignore' }),
    async stop() {
      await server.stop()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function serve(folder, port = '0') {
  const child = spawn(BIN, ['serve', '--port', port, '--project', folder, '--lang', 'en'])
  const stop = () =>
    new Promise((done) => {
      if (child.exitCode !== null) return done()
      child.once('exit', done)
      child.kill('SIGTERM')
    })
  return new Promise((started, failed) => {
    let said = ''
    const timer = setTimeout(() => failed(new Error(`the server did not start: ${said}`)), START_MILLIS)
    const hear = (text) => {
      said += text
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0]
      if (!address) return
      clearTimeout(timer)
      started({ address, stop })
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}: ${said}`)))
  })
}
