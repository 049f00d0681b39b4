/** Starts the page. */
import './mantine.css'
import './theme.css'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { startLanguage } from './language'

startLanguage()
createRoot(document.getElementById('root')!).render(<App />)
