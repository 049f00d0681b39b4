/** Text to take along: a command, a piece of a program, a question. */
import { Button } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { Icon } from './Icon'
import classes from './Snippet.module.css'

/** `label` says what it is, such as the program that reads it. */
export function Snippet({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation()
  const { copy, copied } = useClipboard({ timeout: 2_000 })
  const word = t(copied ? 'copy.copied' : 'copy.copy')
  return (
    <div className={classes.snippet}>
      <div className={classes.head}>
        <span>{label}</span>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />}
          aria-label={`${word}: ${label}`}
          onClick={() => copy(text)}
        >
          {word}
        </Button>
      </div>
      <pre className={classes.text} tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
    </div>
  )
}
