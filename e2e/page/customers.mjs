/** A made-up table of customers, of whom those on monthly contracts and new ones leave more often. */

const COLUMNS = ['customer', 'contract', 'months', 'charge', 'support_calls', 'paperless', 'left']

/** CSV of so many rows, the same each time; a few values are missing. */
export function customers(rows, seed = 7) {
  const chance = generator(seed)
  const lines = [COLUMNS.join(',')]
  for (let row = 0; row < rows; row += 1) {
    const contract = ['monthly', 'yearly', 'two years'][Math.floor(chance() * 3)]
    const months = Math.floor(chance() * 72)
    const charge = (20 + chance() * 90).toFixed(2)
    const calls = Math.floor(chance() * 6)
    const paperless = chance() < 0.5 ? 'yes' : 'no'
    const risk = (contract === 'monthly' ? 1.6 : -1.2) - months / 20 + calls / 2 + (chance() - 0.5)
    const shown = chance() < 0.02 ? '' : charge
    lines.push([`C-${10_000 + row}`, contract, months, shown, calls, paperless, risk > 0 ? 'yes' : 'no'].join(','))
  }
  return `${lines.join('\n')}\n`
}

/** A file as a person would drop it. */
export const asFile = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function generator(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let word = Math.imul(state ^ (state >>> 15), 1 | state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296
  }
}
