import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** While the page is being worked on, `flywheel serve` answers for the data. */
const server = process.env.FLYWHEEL_SERVER ?? 'http://127.0.0.1:8808'

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2023',
    // ECharts is the one large part and is loaded only where a curve is drawn.
    chunkSizeWarningLimit: 700,
  },
  server: {
    // The server answers only to its own name, so the proxy speaks in it.
    proxy: { '/api': { target: server, changeOrigin: true, headers: { origin: server } } },
  },
})
