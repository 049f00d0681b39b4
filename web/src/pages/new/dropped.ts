/** What was let go of over the page: one file that can be sent, or why it cannot be. */

export type Dropped = { file: File } | { why: 'folder' | 'several' } | undefined

/** A browser hands a folder over like a file and then cannot read it, so it is recognised before. */
export function dropped(data: Pick<DataTransfer, 'files' | 'items'>): Dropped {
  const folder = [...data.items].some((item) => item.webkitGetAsEntry()?.isDirectory)
  if (folder) return { why: 'folder' }
  if (data.files.length > 1) return { why: 'several' }
  const file = data.files[0]
  return file && { file }
}
