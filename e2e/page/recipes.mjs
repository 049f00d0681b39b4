/** Small recipes for the tests, so that training takes seconds. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A digit reader on the generated digits. */
export const digitsRecipe = ({ epochs }) => `name = "small-digits"
network = [
  { kind = "flatten" },
  { kind = "dense", units = 128, activation = "relu" },
  { kind = "output", activation = "softmax" },
]

[data]
table = "digits"
target = "label"

[train]
epochs = ${epochs}
batch_size = 64
`

/** Writes a recipe into the project and gives its path. */
export function writeRecipe(project, name, text) {
  const path = join(project.folder, 'recipes', `${name}.toml`)
  writeFileSync(path, text)
  return path
}
