/** The look in Mantine's terms: colours, type and the few defaults that every page shares. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

/** The program's colour: headings' marks, buttons, curves of the validation part. */
const petrol: MantineColorsTuple = [
  '#e7f5f4', '#d0e9e8', '#a3d3d1', '#74bdbb', '#4faaa8', '#35999a', '#1f8287', '#0b6a70', '#09575c', '#064347',
]

/** What the model says: its answers and probabilities, and whatever is moving. */
const saffron: MantineColorsTuple = [
  '#fef6e3', '#fbeac2', '#f6d687', '#f1c14b', '#ecae22', '#e2a21b', '#b97d0c', '#94620a', '#734b0a', '#543708',
]

/** Mistakes, and what stops the work. */
const brick: MantineColorsTuple = [
  '#fdeeea', '#f9dad2', '#f1b4a6', '#e98c77', '#e26b50', '#d75539', '#bd3f25', '#9f3119', '#822712', '#651d0d',
]

/** Grounds and lines in the dark; Mantine paints its own parts from this. */
const dark: MantineColorsTuple = [
  '#dfe8ea', '#b4c2c7', '#93a4ab', '#64767e', '#33434a', '#27353b', '#182226', '#0d1417', '#0a1012', '#070b0d',
]

export const theme = createTheme({
  colors: { petrol, saffron, brick, dark },
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 'md',
  fontFamily: 'var(--face-text)',
  fontFamilyMonospace: 'var(--face-code)',
  headings: { fontFamily: 'var(--face-title)', fontWeight: '650' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { withArrow: true, multiline: true, maw: 280, openDelay: 200 } },
    Select: { defaultProps: { checkIconPosition: 'right', comboboxProps: { shadow: 'md' } } },
    Badge: { defaultProps: { size: 'lg', radius: 'sm', tt: 'none', fw: 600 } },
    Table: { defaultProps: { verticalSpacing: 10, horizontalSpacing: 14 } },
  },
})

/** Mantine's own variables, taken from the page's. */
export const variables: CSSVariablesResolver = () => {
  const own = {
    '--mantine-color-body': 'var(--sheet)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--soft)',
    '--mantine-color-default': 'var(--sheet)',
    '--mantine-color-default-hover': 'var(--sunk)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-placeholder': 'var(--soft)',
    '--mantine-color-error': 'var(--wrong)',
  }
  return { variables: {}, light: own, dark: own }
}
